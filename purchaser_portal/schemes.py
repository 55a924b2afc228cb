"""The scheme builder: a form over an evaluation scheme's numbers, and the scheme as a page shows it.

The scheme stays plain data; group and total points are sums of what is filled in. Faults are told on submitting.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ui.forms import PageForm

Data = dict[str, Any]


def _plain(value: Decimal | None) -> str:
    return "0" if value is None else format(value.normalize(), "f")


def _price_value(key: str, typed: Any) -> Any:
    if key in SETS:
        return typed
    return int(typed) if key.startswith("drop") else _plain(typed)


def _items(scheme: Mapping[str, Any]) -> Iterator[tuple[Data, Data]]:
    for group in scheme.get("groups", []):
        for item in group["items"]:
            yield group, item


SETS = ("float_set", "k1_set", "q_set")


def _codes(scheme: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(item["code"] for item in [*scheme.get("review", []), *(item for _group, item in _items(scheme))])


def completed(draft: Mapping[str, Any], default: Mapping[str, Any]) -> Data:
    """Return the draft with everything the default has besides, in its order; what is in both is the draft's."""
    made = {**deepcopy(dict(default)), **deepcopy(dict(draft))}
    made["review"] = _merged(draft.get("review", []), default.get("review", []))
    made["groups"] = _merged(draft.get("groups", []), default.get("groups", []))
    offered = {group["code"]: group["items"] for group in default.get("groups", [])}
    for group in made["groups"]:
        group["items"] = _merged(group["items"], offered.get(group["code"], []))
    if {"tie_break"} & {*draft, *default}:
        made["tie_break"] = [*dict.fromkeys([*default.get("tie_break", []), *draft.get("tie_break", [])])]
    return made


def _merged(drafted: list[Data], offered: list[Data]) -> list[Data]:
    """Return the rows of both by code: the default's order, the draft's content, the draft's own rows last."""
    rows = {row["code"]: row for row in [*offered, *drafted]}
    return [deepcopy(row) for row in rows.values()]


def _without_strays(scheme: Data) -> Data:
    """Return the scheme without what speaks of groups or a price that nothing is left of."""
    left = {f"group:{group['code']}" for group in scheme.get("groups", [])}
    priced = any(item["kind"] == "price" for _group, item in _items(scheme))
    if "tie_break" in scheme:
        scheme["tie_break"] = [key for key in scheme["tie_break"] if key in left or (key == "price" and priced)]
    if not priced:
        scheme.pop("price", None)
    return scheme


class RatioSetField(forms.CharField):
    """The values that a coefficient is drawn from at the opening, as ratios; one value is not drawn but fixed."""

    def clean(self, value: Any) -> list[str]:
        """Return the ratios as plain text.

        :raises forms.ValidationError: one is no number
        """
        words = [word for word in re.split(r"[\s,;、，；]+", super().clean(value)) if word]
        try:
            ratios = [Decimal(word) for word in words]
            if not all(ratio.is_finite() and -4 <= int(ratio.as_tuple().exponent) <= 0 for ratio in ratios):
                raise InvalidOperation
        except InvalidOperation:
            raise forms.ValidationError(_("请填写小数，例如：0、0.01、0.02")) from None
        return [_plain(ratio) for ratio in ratios]


class PointsForm(PageForm):
    """One field for each number of a scheme: points of items, tier bounds, counted rules, the price rule.

    Field names: `keep:CODE`, `title:CODE`, `points:CODE`, `low:CODE:N`, `high:CODE:N`, `each:CODE`, `most:CODE`,
    `review:CODE`, `price:NAME`. `default` is the procedure's scheme: what the draft left out of it is offered unticked.
    """

    def __init__(
        self, scheme: Mapping[str, Any], data: Any = None, *, default: Mapping[str, Any] | None = None
    ) -> None:
        self._kept = _codes(scheme) if scheme else _codes(default or {})
        self._scheme = completed(scheme, default or {})
        super().__init__(data, prefix="scheme")
        for item in self._scheme.get("review", []):
            self._add(f"review:{item['code']}", self._tick(item))
        for _group, item in _items(self._scheme):
            self._add_item(item)
        for name in ("e_above", "e_below", "drop_count", "drop_from"):
            if name in self._scheme.get("price", {}):
                self._add_number(f"price:{name}", self._scheme["price"][name])
        for name in SETS:
            if values := self._scheme.get("price", {}).get(name):
                self._add(f"price:{name}", RatioSetField(initial="、".join(values), max_length=400))

    def _add(self, name: str, field: forms.Field) -> None:
        self.fields[name] = field
        look = "form-check-input" if isinstance(field, forms.BooleanField) else "form-control form-control-sm num"
        field.widget.attrs.setdefault("class", look)
        field.widget.attrs["aria-label"] = str(field.label or name)

    def _tick(self, item: Data) -> forms.BooleanField:
        return forms.BooleanField(required=False, initial=item["code"] in self._kept, label=item["title"])

    def _add_number(self, name: str, initial: Any) -> None:
        self._add(name, forms.DecimalField(initial=initial, min_value=Decimal(0), max_digits=9, decimal_places=4))

    def _add_item(self, item: Data) -> None:
        code = item["code"]
        self._add(f"keep:{code}", self._tick(item))
        self._add(f"title:{code}", forms.CharField(initial=item["title"], max_length=80))
        self._add_number(f"points:{code}", item["points"])
        for number, tier in enumerate(item.get("tiers", [])):
            self._add_number(f"low:{code}:{number}", tier["low"])
            self._add_number(f"high:{code}:{number}", tier["high"])
        for name in ("each", "most") if "counted" in item else ():
            self._add_number(f"{name}:{code}", item["counted"][name])

    def scheme(self) -> Data:
        """Return the scheme with what was filled in; dropped items are left out, sums are made again."""
        made, typed = deepcopy(self._scheme), self.cleaned_data
        made["review"] = [item for item in made.get("review", []) if typed.get(f"review:{item['code']}")]
        for group in made.get("groups", []):
            group["items"] = [self._filled(item) for item in group["items"] if typed.get(f"keep:{item['code']}")]
            group["points"] = _plain(sum((Decimal(i["points"]) for i in group["items"]), Decimal(0)))
        made["groups"] = [group for group in made.get("groups", []) if group["items"]]
        made["total_points"] = _plain(sum((Decimal(g["points"]) for g in made["groups"]), Decimal(0)))
        for name in [n for n in typed if n.startswith("price:")]:
            key = name.partition(":")[2]
            made["price"][key] = _price_value(key, typed[name])
        return _without_strays(made)

    def _filled(self, item: Data) -> Data:
        code, typed = item["code"], self.cleaned_data
        item["title"], item["points"] = typed[f"title:{code}"], _plain(typed[f"points:{code}"])
        for number, tier in enumerate(item.get("tiers", [])):
            tier["low"] = _plain(typed[f"low:{code}:{number}"])
            tier["high"] = _plain(typed[f"high:{code}:{number}"])
        if "counted" in item:
            item["counted"]["each"] = _plain(typed[f"each:{code}"])
            item["counted"]["most"] = int(typed[f"most:{code}"])
        return item

    def review_rows(self) -> list[forms.BoundField]:
        """Return the check boxes of the review items."""
        return [self[name] for name in self.fields if name.startswith("review:")]

    def price_rows(self) -> list[tuple[str, forms.BoundField]]:
        """Return the price rule's fields with their names."""
        words = {
            "e_above": _("高于基准价每 1 % 扣分"),
            "e_below": _("低于基准价每 1 % 扣分"),
            "drop_count": _("去掉最高、最低各几个"),
            "drop_from": _("有效报价达到几个时才去"),
            "float_set": _("下浮率（填几个值，开标时抽取一个）"),
            "k1_set": _("K1（填几个值，开标时抽取一个）"),
            "q_set": _("Q（填几个值，开标时抽取一个）"),
        }
        return [(words[n.partition(":")[2]], self[n]) for n in self.fields if n.startswith("price:")]

    def group_rows(self) -> list[dict[str, Any]]:
        """Return the groups with their items' bound fields, as the page draws them."""
        return [
            {"title": group["title"], "items": [self._row(item) for item in group["items"]]}
            for group in self._scheme.get("groups", [])
        ]

    def _row(self, item: Data) -> dict[str, Any]:
        code = item["code"]
        tiers = [
            (tier["name"], self[f"low:{code}:{n}"], self[f"high:{code}:{n}"])
            for n, tier in enumerate(item.get("tiers", []))
        ]
        counted = [self[f"each:{code}"], self[f"most:{code}"]] if "counted" in item else []
        return {
            "keep": self[f"keep:{code}"],
            "title": self[f"title:{code}"],
            "points": self[f"points:{code}"],
            "kind": item["kind"],
            "tiers": tiers,
            "counted": counted,
        }


def groups(scheme: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the scheme's groups as a page lists them: title, points, items with kind and points."""
    return [
        {"title": group["title"], "points": group["points"], "items": group["items"]}
        for group in scheme.get("groups", [])
    ]
