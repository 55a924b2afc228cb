"""Registers the package with Django."""

from django.apps import AppConfig


class PurchaserPortalConfig(AppConfig):
    name = "purchaser_portal"
