"""The link to a lot's evaluation report on the pages of those who may read it."""

from evaluation import queries
from identity.actor import Actor
from identity.policy import Act, decide
from tendering.models import Lot
from tendering.queries import subject


def may_open_report(lot: Lot, actor: Actor) -> bool:
    """Whether a report is drafted and the policy lets the actor read it now (BR-53)."""
    return queries.report_of(lot) is not None and decide(actor, Act.READ_REPORT, subject(lot)).allowed
