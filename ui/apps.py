"""Registers the package with Django; compiles the catalogues when they changed."""

import logging

from django.apps import AppConfig
from django.conf import settings

from ui import words


class UiConfig(AppConfig):
    name = "ui"

    def ready(self) -> None:
        try:
            words.compile_stale(settings.LOCALE_PATHS)
        except PermissionError:  # an installation that may not write its own code runs `compile_words` when deployed
            logging.getLogger(__name__).warning("catalogues could not be compiled: English may be out of date")
