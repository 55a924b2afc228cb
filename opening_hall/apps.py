"""Registers the package with Django and wakes the halls after every committed act."""

from django.apps import AppConfig


class OpeningHallConfig(AppConfig):
    name = "opening_hall"

    def ready(self) -> None:
        import ledger
        from opening_hall.wake import wake_halls

        ledger.after_append(wake_halls)
