"""Registers the package with Django."""

from django.apps import AppConfig


class RegulatorPortalConfig(AppConfig):
    name = "regulator_portal"
