"""A platform that seats a committee which the law does not allow, or hides a member of one, is named.

It draws honestly, from the committed seed, and everything after follows: only the number is wrong.
"""

import pytest

from evaluation.rules import as_data
from tendering.bundle import form
from tests.verifier.by_platform_later import recomputed
from tests.verifier.forge import Forgery
from tests.verifier.test_cheating_claims import (  # noqa: F401
    UNTIL_RESULT,
    bundle,
    either,
    judged,
    variant,
    without,
)
from verifier.archive import Archive
from verifier.case import Case
from verifier.checks import evaluation
from verifier.checks.committee import _made_up
from verifier.evidence import Evidence, LedgerEntry

TOO_FEW = ["too_few_members (BL-37): wanted 5, found 4", "even_members (BL-37): found 4"]


def unseated(found, *seats):
    """These seats' sheets and signatures never were, and the report is made of the others'."""
    for kind in ("sheet.submitted", "report.signed"):
        gone = [row for row in found.of_kind(kind) if row["body"]["payload"]["seat"] in seats]
        found.entries[:] = [row for row in found.entries if row not in gone]
    evidence = Evidence(Archive(None), body=found.body, document=found.load(form.DOCUMENT))
    evidence.entries = [LedgerEntry(row["index"], row["at"], row["salt"], row["body"]) for row in found.entries]
    reviews = evaluation.reviews_of(Case(evidence)).values()
    content = found.payload("report.drafted")["content"]
    content["rejections"] = [as_data.rejection(one) for one in reviews if not one.valid]
    content |= evaluation.recomputed(Case(evidence)).plain
    rows = {row["bid_digest"]: row for row in found.payload("candidates.published")["candidates"]}
    for place in content["places"]:
        rows[place["bid"]] |= {"rank": place["place"], "total": place["total"]}
    found.payload("candidates.published")["candidates"] = [rows[place["bid"]] for place in content["places"]]
    for published in found.of_kind("result.published"):
        published["body"]["payload"]["winner"] = rows[content["places"][0]["bid"]]
    for issued in found.of_kind("award.issued"):
        winner = rows[content["places"][0]["bid"]]
        issued["body"]["payload"].update({name: winner[name] for name in ("bid_digest", "uscc", "price_yuan")})


def drawn(found, size):
    """The draw fills so many seats, the specialties in turn."""
    record = found.payload("committee.drawn")
    for place, row in enumerate(record["matters"]):
        row["count"] = size // 2 + (1 if place < size % 2 else 0)
    record["size"] = size
    recomputed(record)


def test_a_committee_of_four_is_not_the_laws(bundle, judged):  # noqa: F811
    drawn(bundle, 4)
    unseated(bundle, 5)
    found = judged(bundle)
    assert found.keys() == {"committee"}
    assert [reason.partition(": ")[2] for reason in found["committee"]] == TOO_FEW


def test_three_are_too_few_though_odd(bundle, judged):  # noqa: F811
    drawn(bundle, 3)
    unseated(bundle, 5, 4)
    found = judged(bundle)
    assert found.keys() == {"committee"}
    assert found["committee"][0].endswith("too_few_members (BL-37): wanted 5, found 3")


def test_a_single_member_left_out_everywhere_is_missed_without_the_draw_too(either, judged):  # noqa: F811
    """Before the result, and in the public variant, nothing shows how many seats there are."""
    without(either, *UNTIL_RESULT)
    assert judged(either) == {}
    unseated(either, 5)
    assert judged(either) == {"committee": TOO_FEW}


def test_in_the_public_variant_one_is_missed_after_the_result_too(exported, judged):  # noqa: F811
    public = Forgery.of(exported.public, exported.platform)
    unseated(public, 5)
    assert judged(public) == {"committee": TOO_FEW}


@pytest.mark.parametrize(
    ("size", "representative", "codes"),
    [
        (5, False, []),
        (5, True, []),
        (7, True, []),
        (6, False, ["even_members"]),
        (3, True, ["too_few_members"]),
        (1, True, ["too_few_members", "too_few_experts"]),
    ],
)
def test_the_number_is_judged_by_the_platforms_own_rule(size, representative, codes):
    at = LedgerEntry(1, "2026-04-01T02:00:00.000000Z", "", {})
    found = list(_made_up(size, representative=representative, at=at))
    assert [reason.partition(" ")[0] for reason in found] == codes
