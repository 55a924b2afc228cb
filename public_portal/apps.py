"""Registers the package with Django."""

from django.apps import AppConfig


class PublicPortalConfig(AppConfig):
    name = "public_portal"
