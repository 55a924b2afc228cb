"""The Celery application: reading, documents and notifications. Legal deadlines never run here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.embedded")

app = Celery("gongheng")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
