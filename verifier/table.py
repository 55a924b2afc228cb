"""The checks in their order, and how they are run: one that lacks what it needs is not judged, and says so."""

from collections.abc import Callable, Iterator, Mapping

from verifier.archive import Archive
from verifier.case import Brought, Case
from verifier.checks import (
    admission,
    award,
    bids,
    committee,
    draws,
    ending,
    evaluation,
    integrity,
    log,
    opening,
    stages,
    tender,
    withdrawing,
)
from verifier.evidence import Evidence, read_evidence
from verifier.machine import Hindered, blame_the_machine
from verifier.outcome import Check, Finding, Outcome, judged, not_applicable

_LOG = ("form", "checkpoints", "entries")
_TENDER = (*_LOG, "trust_root", "parameters")
_FILES = (*_TENDER, "closing_set", "bid_files")
_OPENED = (*_FILES, "bid_ends")
_CONTENTS = (*_OPENED, "releases", "shares")
_SCORED = (*_LOG, "document", "bid_ends", "sheets")
_PASSED = (*_SCORED, "preliminary_review", "draws")

OF_THE_FILE = (
    Check("archive", "every byte of the file belongs to a member", integrity.archive),
    Check("members", "members have the sizes and hashes listed", integrity.members, ("archive",)),
    Check("bundle_signature", "the list is signed by the log's key", integrity.signature, ("members",)),
)
OF_THE_LOT = (
    Check("log_key", "the log's key is the pinned one", log.log_key, ("form",)),
    Check("trust_root", "the root of certificates is the pinned one", tender.trust_root, ("form",)),
    Check("checkpoints", "log consistent: signed heads over one history", log.checkpoints, ("form",)),
    Check("entries", "the lot's entries stand in the log", log.lot_entries, ("form", "checkpoints")),
    Check("stages", "each stage once, in the order of the law", stages.stages, _LOG),
    Check("heads_seen", "custodians and draws saw this log", log.heads_seen, ("form", "checkpoints")),
    Check("witnesses", "cosignatures of witnesses", log.witnesses, ("form", "checkpoints")),
    Check("timestamps", "trusted timestamps of checkpoints", log.stamps, ("form", "checkpoints", "trust_root")),
    Check("kept_checkpoints", "your saved checkpoints are of this log", log.kept_checkpoints, ("form", "checkpoints")),
    Check("own_receipts", "your receipts are in this log", log.own_receipts, ("form", "checkpoints", "entries")),
    Check("parameters", "tender parameters signed by the agency", tender.parameters, (*_LOG, "trust_root")),
    Check("document", "document and scheme as signed", tender.document, _TENDER),
    Check("custodian_keys", "custodians' keys as signed", tender.custodian_keys, _TENDER),
    Check("closing_set", "closing set complete", bids.closing_set, _TENDER),
    Check("bid_files", "each bid's bytes give its digest", bids.bid_files, (*_TENDER, "closing_set")),
    Check("receipts", "each receipt included", bids.receipts, (*_TENDER, "closing_set")),
    Check("withdrawals", "each withdrawal signed by its bidder", withdrawing.withdrawals, (*_TENDER, "receipts")),
    Check("bid_binding", "each bid sealed for this lot", bids.binding, _FILES),
    Check("bid_signatures", "each bid signed by its bidder", bids.signatures, _FILES),
    Check("bid_ends", "each bid opened once, or shut for a reason", ending.bid_ends, _FILES),
    Check("admitted", "later envelopes for whom the log allows", admission.admitted, (*_TENDER, "closing_set")),
    Check("release_time", "nothing released before the deadline", ending.release_time, _TENDER),
    Check("releases", "shares signed by their holders and in the log", opening.releases, (*_FILES, "custodian_keys")),
    Check("shares", "shares meet their commitments", opening.shares, _FILES),
    Check("opened_bids", "each opened bid equals its sealed form", opening.opened_bids, _CONTENTS),
    Check("unopened_bids", "each shut bid fails as recorded", opening.unopened_bids, _CONTENTS),
    Check("draws", "draws recomputed", draws.draws_recomputed, (*_LOG, "heads_seen", "document")),
    Check("committee", "committee lawfully made up", committee.committee, _LOG),
    Check("sheets", "score sheets complete and sound", evaluation.sheets, (*_LOG, "document", "bid_ends")),
    Check("preliminary_review", "preliminary review recomputed", evaluation.preliminary_review, _SCORED),
    Check("price_scores", "price scores recomputed", evaluation.price_scores, _PASSED),
    Check("totals", "totals recomputed", evaluation.totals, (*_PASSED, "price_scores")),
    Check("outliers", "scores that stand out are explained", evaluation.outlying_scores, (*_PASSED, "totals")),
    Check("ranking", "ranking recomputed", evaluation.ranking, (*_PASSED, "totals")),
    Check("report_signatures", "the report signed by every member", evaluation.report_signatures, _SCORED),
    Check("candidates", "candidates as the ranking", award.candidates, (*_LOG, "document", "bid_ends")),
    Check("result", "result among the candidates", award.result, (*_LOG, "candidates")),
    Check("award", "award equals the result", award.award, (*_LOG, "result")),
    Check("ballots", "ballots counted", award.ballots, _LOG),
)
FORM = Check("form", "every member has its form", lambda found: judged(found, "canonical, closed"), ("archive",))
CHECKS = (*OF_THE_FILE, FORM, *OF_THE_LOT)


def examine(archive: Archive, brought: Brought) -> Iterator[tuple[Check, Finding, Evidence | None]]:
    """Run every check and yield it with its answer as it comes, and the evidence once it could be read.

    :raises Hindered: this machine cannot go on; what was not answered is not judged
    """
    findings: dict[str, Finding] = {}

    def run(check: Check, argument: Callable[[], object]) -> Finding:
        findings[check.name] = _answer(check, argument, findings)
        return findings[check.name]

    for check in OF_THE_FILE:
        yield check, run(check, lambda: archive), None
    evidence, reasons = _read(archive, findings)
    yield FORM, run(FORM, lambda: reasons), evidence
    case = Case(evidence, brought)
    for check in OF_THE_LOT:
        yield check, run(check, lambda: case), evidence


def _read(archive: Archive, findings: Mapping[str, Finding]) -> tuple[Evidence, list[str]]:
    if findings["archive"].failed:
        return Evidence(archive), []
    try:
        return read_evidence(archive)
    except Exception as error:  # noqa: BLE001 - whatever a hostile bundle causes is a finding, never a traceback
        return Evidence(archive), [_said(error)]


def _answer(check: Check, argument: Callable[[], object], findings: Mapping[str, Finding]) -> Finding:
    """Run one check, unless one that it needs has failed or was not judged for want of another."""
    lacking = [name for name in check.needs if name in findings and _unsound(findings[name])]
    if lacking:
        return not_applicable(f"{NOT_JUDGED} while {', '.join(lacking)} does not hold")
    try:
        return check.run(argument())
    except (KeyboardInterrupt, SystemExit, Hindered):
        raise
    except BaseException as error:  # noqa: BLE001 - as above; a panic in a parser's native code is no Exception
        return judged([_said(error)], "")


NOT_JUDGED = "not judged"


def _unsound(finding: Finding) -> bool:
    skipped = finding.outcome is Outcome.NOT_APPLICABLE and finding.detail.startswith(NOT_JUDGED)
    return finding.failed or skipped


def _said(error: BaseException) -> str:
    """Say what a bundle caused. :raises Hindered: it was this machine"""
    blame_the_machine(error)
    return f"malformed: {type(error).__name__}: {error}"
