"""The stages of a lot that the bundle shows: each once, in the order of the law, none behind the lot's end.

A lot goes each step once (`tendering.rules.lifecycle`): a second report or award, be it to another bid, is another
history beside the one that the other checks judge.
"""

from collections.abc import Iterator
from itertools import pairwise

from verifier.case import Case
from verifier.evidence import Evidence, LedgerEntry
from verifier.outcome import Finding, judged

STAGES = {  # name → the entry that shows it, in order
    "announced": "lot.announced",
    "closed": "lot.closed",
    "opened": "opening.finished",
    "evaluated": "report.drafted",
    "candidates_published": "candidates.published",
    "result_published": "result.published",
    "awarded": "award.issued",
}
LEAST = "opened"  # no bundle is made before
FINISHED = "evaluation.finished"  # public before the report is
ORDER = tuple(kind for name in STAGES.values() for kind in ((name, FINISHED) if name == "report.drafted" else (name,)))
NOTHING = "nothing"
ENDS = {  # how a lot ends without an award → the stages behind which it no longer can
    "lot.failed": (STAGES["result_published"], STAGES["awarded"]),
    "lot.terminated": (STAGES["awarded"],),
}


def shown(evidence: Evidence) -> list[str]:
    """Return the stages that the bundle shows, in order."""
    return [name for name, kind in STAGES.items() if evidence.of(kind)]


def last_shown(evidence: Evidence | None) -> str:
    """Return the last stage that the bundle shows, and the lot's end where it ended without an award."""
    if evidence is None:
        return NOTHING
    ends = [one.kind.removeprefix("lot.") for one in evidence.of(*ENDS)]
    return ", then ".join([[NOTHING, *shown(evidence)][-1], *ends])


def stages(case: Case) -> Finding:
    """Each stage was reached once, behind the one before it; none behind the lot's end; the one asked for is there."""
    wrong = [*_repeated(case), *_out_of_order(case), *_ended(case), *_left_out(case)]
    return judged(wrong, f"shown up to: {last_shown(case.evidence)}")


def _repeated(case: Case) -> Iterator[str]:
    for kind in ORDER:
        found = case.evidence.of(kind)
        if len(found) > 1:
            yield f"{kind} stands {len(found)} times, in {_places(found)}"


def _out_of_order(case: Case) -> Iterator[str]:
    found = [entry for kind in ORDER for entry in case.evidence.of(kind)]
    for before, after in pairwise(found):
        if after.index < before.index:
            yield f"{after.kind} ({_places([after])}) came before {before.kind} ({_places([before])})"


def _ended(case: Case) -> Iterator[str]:
    ends = case.evidence.of(*ENDS)
    if len(ends) > 1:
        yield f"the lot ended more than once, in {_places(ends)}"
    for end in ends:
        wrong = [one for one in case.evidence.of(*ORDER) if one.index > end.index or one.kind in ENDS[end.kind]]
        yield from (
            f"{one.kind} ({_places([one])}) and {end.kind} ({_places([end])}) exclude each other" for one in wrong
        )


def _left_out(case: Case) -> Iterator[str]:
    """What lies between two stages that are shown is public as well."""
    found, names = shown(case.evidence), list(STAGES)
    wanted = names[: max(map(names.index, [LEAST, *found])) + 1]
    yield from (
        f"the stage {name} is not shown, which every bundle like this shows" for name in wanted if name not in found
    )
    asked = case.brought.stage
    if asked and asked not in found:
        yield f"the stage {asked} is not shown (--stage), the bundle ends with: {last_shown(case.evidence)}"


def _places(entries: list[LedgerEntry]) -> str:
    return ", ".join(f"entry {entry.index}" for entry in entries)
