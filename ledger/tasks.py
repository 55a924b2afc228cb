"""Work that waits for networks, done by a worker."""

from celery import shared_task

from ledger import anchoring, clock


@shared_task(name="ledger.tasks.anchor_checkpoints")  # type: ignore[untyped-decorator]
def anchor_checkpoints() -> list[str]:
    """Publish the checkpoints that wait for anchors; what fails is tried again at the next asking."""
    return anchoring.anchor_waiting(clock.now())
