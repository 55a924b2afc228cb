"""`manage.py seed_demonstration`: work in every stage, played against the running installation. Idempotent."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rehearsal import seeding, staging
from rehearsal.failures import FAILURES

logger = logging.getLogger(__name__)
WAIT_SECONDS = 60.0


class Command(BaseCommand):
    help = "Lay tenders in every stage; what is there stays, what was cut short is played again."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeding.sow(staging.stage(logger.info, wait=WAIT_SECONDS))
        except FAILURES as failure:
            raise CommandError(f"the demonstration is not complete: {failure}") from failure
        logger.info("the demonstration is complete")
