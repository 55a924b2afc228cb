"""Where the price alone is scored, members hand in no detailed sheet, and none is asked for."""

from types import SimpleNamespace
from typing import Any

import lawbook
from verifier.checks.evaluation import _seat_reasons

SEATS = range(1, 6)


def case_of(scheme: dict[str, Any], *phases: str) -> Any:
    entries = {
        "sheet.submitted": [SimpleNamespace(payload={"seat": s, "phase": p}) for p in phases for s in SEATS],
        "committee.drawn": [SimpleNamespace(payload={"size": len(SEATS)})],
    }
    evidence = SimpleNamespace(
        document={"scheme": scheme},
        of=lambda *kinds: [entry for kind in kinds for entry in entries[kind]],
        last=lambda kind: entries[kind][-1],
    )
    return SimpleNamespace(evidence=evidence)


def reasons_of(scheme: dict[str, Any], *phases: str) -> list[str]:
    report: Any = SimpleNamespace(payload={"content": {"places": [{"bid": "00" * 32}]}})
    return list(_seat_reasons(case_of(scheme, *phases), report))


def price_only() -> dict[str, Any]:
    scheme = lawbook.scheme("construction")
    groups = [{**g, "items": [i for i in g["items"] if i["kind"] == "price"]} for g in scheme["groups"]]
    return {**scheme, "groups": [group for group in groups if group["items"]]}


def test_no_detailed_sheet_is_missed_where_the_price_alone_is_scored():
    assert reasons_of(price_only(), "preliminary") == []


def test_a_detailed_sheet_is_missed_where_members_score():
    assert len(reasons_of(lawbook.scheme("construction"), "preliminary")) == 1
    assert reasons_of(lawbook.scheme("construction"), "preliminary", "detailed") == []
