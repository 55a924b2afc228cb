"""Registers the package with Django."""

from django.apps import AppConfig


class CentrePortalConfig(AppConfig):
    name = "centre_portal"
