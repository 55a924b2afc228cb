"""Settings, addresses and entry points. Holds no rule and no page."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
