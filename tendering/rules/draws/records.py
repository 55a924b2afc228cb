"""The record of a draw: made once, recomputed by anybody, judged against what was committed to. Pure.

{"format": "gongheng/draw/v1",
 "purpose": "LOT/experts",                     what is drawn; every matter draws with purpose/name
 "commitment": "64 hex",                       published before: SHA-256 over the seed
 "seed": "64 hex",                             told after
 "contributions": ["text", …],                 the lines of those present, in the order of the log
 "checkpoint": {"size": 12, "root": "64 hex"}, the head of the log as the draw opened
 "matters": [{"name": "k1", "candidates": ["0.95", "0.96"], "count": 1}, …],
 "exclusive": false,                           whether who is drawn in one matter is passed over in the next
 "unavailable": [],                            who refused or was recused after being called: passed over
 "result": {"k1": ["0.96"]}}                   the first `count` of each order that are free
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from tendering.rules.draws.stream import DrawRefused, Inputs, order, seed_matches

FORMAT = "gongheng/draw/v1"
MOST_NAMES = 100_000
MOST_TEXT = 4_000
_HEX = re.compile(r"[0-9a-f]{64}")
_MEMBERS = {
    "format": str,
    "purpose": str,
    "commitment": str,
    "seed": str,
    "contributions": list,
    "checkpoint": dict,
    "matters": list,
    "exclusive": bool,
    "unavailable": list,
    "result": dict,
}
MESSAGES: dict[str, str] = {
    "draw_malformed": _("抽签记录无法读取：{detail}"),
    "draw_seed": _("公布的种子与事先承诺不一致，抽签无效。"),
    "draw_result": _("“{matter}”重新计算的结果是{wanted}，记录的是{found}。"),
}


@dataclass(frozen=True)
class Matter:
    """One thing drawn: `count` of `candidates`, each named once."""

    name: str
    candidates: tuple[str, ...]
    count: int = 1


def checkpoint_text(size: int, root: str) -> str:
    """Return the head of the log as it enters the draw."""
    return f"{size}:{root}"


def orders(matters: Iterable[Matter], inputs: Inputs) -> dict[str, tuple[str, ...]]:
    """Return the whole order of each matter, by name; of nobody, the empty one.

    :raises DrawRefused: a candidate twice, a seed of another length
    """
    found = {}
    for matter in matters:
        own = Inputs(f"{inputs.purpose}/{matter.name}", inputs.seed, inputs.contributions, inputs.checkpoint)
        found[matter.name] = order(matter.candidates, own) if matter.candidates else ()
    return found


def held(
    matters: Sequence[Matter], inputs: Inputs, *, exclusive: bool = False, unavailable: Iterable[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Return who or what is drawn in each matter: the first `count` of its order that are free.

    Fewer come back where the candidates do not suffice. Adding a name to `unavailable` only moves the next ones up.

    Worked example, seed 00 01 … 1f, one line "阳光", head 7 with a root of 32 zero bytes:
    >>> inputs = Inputs("LOT/coefficients", bytes(range(32)), ("阳光",), checkpoint_text(7, "00" * 32))
    >>> held([Matter("k1", ("0.95", "0.96", "0.97")), Matter("q", ("0.3", "0.4"))], inputs)
    {'k1': ('0.95',), 'q': ('0.4',)}
    """
    passed = set(unavailable)
    result = {}
    ordered = orders(matters, inputs)
    for matter in matters:
        free = [name for name in ordered[matter.name] if name not in passed][: matter.count]
        result[matter.name] = tuple(free)
        if exclusive:
            passed |= set(free)
    return result


def make_record(
    matters: Sequence[Matter],
    *,
    purpose: str,
    seed: bytes,
    committed: str,
    contributions: Sequence[str],
    checkpoint: Mapping[str, Any],
    exclusive: bool = False,
    unavailable: Sequence[str] = (),
) -> dict[str, Any]:
    """Hold the draw and return its record, plain JSON.

    :raises DrawRefused: the seed is not the committed one, or something is malformed or too little to draw from
    """
    record: dict[str, Any] = {
        "format": FORMAT,
        "purpose": purpose,
        "commitment": committed,
        "seed": seed.hex(),
        "contributions": list(contributions),
        "checkpoint": {"size": checkpoint["size"], "root": checkpoint["root"]},
        "matters": [{"name": m.name, "candidates": list(m.candidates), "count": m.count} for m in matters],
        "exclusive": exclusive,
        "unavailable": list(unavailable),
        "result": {},
    }
    record["result"] = recompute(record)
    return record


def recompute(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what the record's own inputs give: matter → those drawn, in order. `result` is not looked at.

    :raises DrawRefused: the record is malformed, its seed is not the committed one, or a matter has too few candidates
    """
    matters, inputs = _read(record)
    if not seed_matches(inputs.seed, record["commitment"]):
        raise DrawRefused("the seed is not the one committed to")
    found = held(matters, inputs, exclusive=record["exclusive"], unavailable=record["unavailable"])
    short = [matter.name for matter in matters if len(found[matter.name]) < matter.count]
    if short:
        raise DrawRefused(f"too few candidates: {', '.join(short)}")
    return {name: list(drawn) for name, drawn in found.items()}


def problems(record: object) -> list[Reason]:
    """Return every reason why a record does not hold; none when it does. Any JSON value is survived."""
    try:
        if not isinstance(record, Mapping):
            raise DrawRefused("not an object")
        _matters, inputs = _read(record)
        if not seed_matches(inputs.seed, record["commitment"]):
            return [Reason("draw_seed", MESSAGES["draw_seed"])]
        wanted = recompute(record)
    except DrawRefused as refusal:
        return [Reason("draw_malformed", MESSAGES["draw_malformed"], values={"detail": str(refusal)})]
    told = record["result"]
    return [
        Reason(
            "draw_result",
            MESSAGES["draw_result"],
            values={
                "matter": str(name)[:80],
                "wanted": "、".join(wanted.get(name, ())) or "—",
                "found": json.dumps(told.get(name), ensure_ascii=False)[:200],
            },
        )
        for name in sorted({*wanted, *told})
        if wanted.get(name) != told.get(name)
    ]


def _read(record: Mapping[str, Any]) -> tuple[list[Matter], Inputs]:
    for name, kind in _MEMBERS.items():
        if not isinstance(record.get(name), kind):
            raise DrawRefused(f"{name} is missing or of another type")
    if record["format"] != FORMAT:
        raise DrawRefused(f"the format is not {FORMAT}")
    head = record["checkpoint"]
    size, root = head.get("size"), head.get("root")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size < 2**53:
        raise DrawRefused("checkpoint.size is no size")
    for name, value in (("seed", record["seed"]), ("commitment", record["commitment"]), ("checkpoint.root", root)):
        if not isinstance(value, str) or not _HEX.fullmatch(value):
            raise DrawRefused(f"{name} is not 64 hex digits")
    lines = _texts(record["contributions"], "contributions")
    _texts(record["unavailable"], "unavailable")
    _text(record["purpose"], "purpose")
    matters = [_matter(row, place) for place, row in enumerate(record["matters"])]
    if not matters or len({matter.name for matter in matters}) != len(matters):
        raise DrawRefused("matters must be named, each once")
    return matters, Inputs(record["purpose"], bytes.fromhex(record["seed"]), lines, checkpoint_text(size, root))


def _matter(row: object, place: int) -> Matter:
    if not isinstance(row, Mapping):
        raise DrawRefused(f"matters[{place}] is not an object")
    name = _text(row.get("name"), f"matters[{place}].name")
    candidates = _texts(row.get("candidates"), f"matters[{place}].candidates")
    count = row.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise DrawRefused(f"matters[{place}].count is no count")
    if len(set(candidates)) != len(candidates):
        raise DrawRefused(f"matters[{place}] names a candidate twice")
    return Matter(name, candidates, count)


def _texts(values: object, place: str) -> tuple[str, ...]:
    if not isinstance(values, list) or len(values) > MOST_NAMES:
        raise DrawRefused(f"{place} is no list, or too long")
    return tuple(_text(value, f"{place}[{number}]") for number, value in enumerate(values))


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise DrawRefused(f"{place} is no text, or too long")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise DrawRefused(f"{place} has half a surrogate pair") from error
    return value
