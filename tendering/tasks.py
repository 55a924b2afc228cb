"""Celery tasks of tendering: each takes an id and calls one operation. Legal deadlines never wait for one."""

from celery import shared_task

from tendering.operations import check_stored_bids as checking


@shared_task(name="tendering.tasks.check_stored_bids")  # type: ignore[untyped-decorator]
def check_stored_bids(*, lot_id: int) -> int:
    """Read the closing set's files whole and return how many are damaged."""
    return len(checking.check_stored_bids(lot_id=lot_id))
