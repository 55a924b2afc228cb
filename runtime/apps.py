"""Registers the package with Django."""

from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    name = "runtime"

    def ready(self) -> None:
        from runtime import pulse  # noqa: F401  connects the worker's pulse
