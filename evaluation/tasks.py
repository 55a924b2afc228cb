"""Celery tasks of evaluation: each takes an id and calls operations."""

from celery import shared_task

from evaluation.read_file import read_file


@shared_task(name="evaluation.tasks.read_bid")  # type: ignore[untyped-decorator]
def read_bid(reading_id: int) -> None:
    """Read one file of an opened bid."""
    read_file(reading_id)
