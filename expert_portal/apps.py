"""Registers the package with Django."""

from django.apps import AppConfig


class ExpertPortalConfig(AppConfig):
    name = "expert_portal"
