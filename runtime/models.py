"""Signs of life: one row for each process that must be there. Times are UTC."""

from django.db import models


class Heartbeat(models.Model):
    """When a part last said that it works; `name` is `clock`, `worker.default`, `worker.reading`."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    pid = models.PositiveIntegerField()
