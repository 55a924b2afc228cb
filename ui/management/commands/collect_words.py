"""`manage.py collect_words`: put every marked word, law data included, into locale/en; translations are kept."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ui import words


class Command(BaseCommand):
    help = "Collect the words to translate into locale/en/LC_MESSAGES/django.po."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = settings.LOCALE_PATHS[0] / "en" / "LC_MESSAGES" / "django.po"
        found = words.update(catalogue, words.collected(settings.BASE_DIR))
        missing = words.untranslated(catalogue)
        self.stdout.write(f"{len(found)} words, {len(missing)} without English")
        for msgid in missing:
            self.stdout.write(f"  {msgid}")
