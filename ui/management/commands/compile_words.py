"""`manage.py compile_words`: compile every locale/*/LC_MESSAGES/*.po that changed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ui import words


class Command(BaseCommand):
    help = "Compile changed catalogues (also done when the platform starts)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for path in words.compile_stale(settings.LOCALE_PATHS):
            self.stdout.write(f"wrote {path}")
