"""The kinds of entries and who may see their bodies, when. Pure.

Until then feed, API, pages and exports serve the face only, so that nobody can count bids (BL-22).
"""

from enum import StrEnum


class Visibility(StrEnum):
    """When a body becomes public."""

    PUBLIC = "public"  # at once
    UNTIL_OPENED = "until_opened"  # once the lot's bids are opened; an organisation sees its own before
    UNTIL_REPORT = "until_report"  # once the candidates are published; the regulator sees it before
    UNTIL_RESULT = "until_result"  # once the result is published: names of the committee (BL-37)
    SUPERVISED = "supervised"  # never public: what staff do to accounts; the regulator and their own office at once
    PERSONAL = "personal"  # never public: the organisation itself, and the regulator once the lot is opened


REVEALED_BY = {
    Visibility.UNTIL_OPENED: frozenset({"opening.finished"}),
    Visibility.UNTIL_REPORT: frozenset({"candidates.published"}),
    Visibility.UNTIL_RESULT: frozenset({"result.published"}),
}
SECRECY_ENDED_BY = frozenset({"opening.finished", "lot.failed", "lot.terminated"})  # for the regulator's eyes

_KINDS = {
    Visibility.PUBLIC: """
        organisation.registered certificate.issued certificate.revoked custodian.registered
        witness.registered
        custodian.key_destroyed
        project.registered lot.submitted lot.returned lot.accepted lot.announced lot.amended lot.postponed
        question.asked question.answered lot.failed lot.suspended lot.resumed lot.terminated lot.retendered
        envelope.started envelope.window_ended envelope.finished
        opening.started opening.signed_in opening.window_ended opening.finished opening.objected opening.answered
        opening.window_paused opening.window_resumed opening.window_extended
        opening.said opening.recorded bid.opened bid.revoked bid.withdrawn_no_blame price.confirmed
        evaluation.finished candidates.published objection.filed objection.answered result.published award.issued
        draw.committed draw.opened draw.contributed draw.closed draw.revealed
        log.checkpointed client.published""",
    Visibility.UNTIL_OPENED: """
        bid.received bid.withdrawn bid.replaced bids.superseded bids.incomplete bid.refused lot.closed
        opening.rescue_asked
        share.released share.refused bid.damaged bid.restored""",
    Visibility.UNTIL_REPORT: """
        evaluation.started reading.done sheet.submitted report.drafted report.signed document.stamped""",
    Visibility.UNTIL_RESULT: """
        committee.drawn member.pledged member.recused member.refused member.removed member.replaced
        committee.supplemented leader.elected""",
    Visibility.SUPERVISED: """
        person.registered person.password_reset role.granted role.ended""",
    Visibility.PERSONAL: """
        lot.drafted document.attached document.removed document.fetched upload.started
        expert.enrolled expert.changed
        protected.read act.refused personal.erased person.signed_in person.sign_in_refused
        person.password_changed""",
}

KINDS: dict[str, Visibility] = {kind: seen for seen, kinds in _KINDS.items() for kind in kinds.split()}
