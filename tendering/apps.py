"""Registers the package with Django."""

from django.apps import AppConfig


class TenderingConfig(AppConfig):
    name = "tendering"
