"""Every read of the lot's side: the lot itself, what is published, the public search, people's desks. Writes nothing.

Bids and the opening are read in `tendering.bid_queries`.
"""

from tendering.queries.desks import DeskRow, desk
from tendering.queries.judged import facts
from tendering.queries.lots import (
    custodian_keys,
    lock_lot,
    lot_by_code,
    owns,
    parameters_in_force,
    project_by_code,
    subject,
)
from tendering.queries.published import (
    ObjectionView,
    QuestionView,
    candidates,
    documents_in_force,
    documents_pending,
    documents_published,
    notices,
    objections,
    questions,
)
from tendering.queries.search import LotSearch, regions, visible_lots

__all__ = [
    "DeskRow",
    "LotSearch",
    "ObjectionView",
    "QuestionView",
    "candidates",
    "custodian_keys",
    "desk",
    "documents_in_force",
    "documents_pending",
    "documents_published",
    "facts",
    "lock_lot",
    "lot_by_code",
    "notices",
    "objections",
    "owns",
    "parameters_in_force",
    "project_by_code",
    "questions",
    "regions",
    "subject",
    "visible_lots",
]
