"""Registers the package with Django."""

from django.apps import AppConfig


class BidderPortalConfig(AppConfig):
    name = "bidder_portal"
