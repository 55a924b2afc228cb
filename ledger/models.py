"""Rows of the ledger: faces, bodies, erasable personal values, the head, signed checkpoints. Append-only by triggers.

Hashes are hexadecimal SHA-256; `index` counts from 0 without gaps and is the leaf's place in the RFC 6962 tree.
"""

from django.db import models


class Entry(models.Model):
    """The public face of an entry: where it stands, the legal instant of the act, its leaf hash."""

    index = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    leaf = models.CharField(max_length=64)

    class Meta:
        ordering = ["index"]

    path: tuple[str, ...] = ()  # set by `append` on what it returns: the inclusion path in the tree of size index + 1


class Body(models.Model):
    """The private body. `personal` maps field → H(salt ‖ value); the values live in `Personal` and can be erased."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, primary_key=True, related_name="body")
    kind = models.CharField(max_length=40)
    lot = models.CharField(max_length=26, blank=True)
    role = models.CharField(max_length=16, blank=True)
    payload = models.JSONField()
    salt = models.CharField(max_length=64)
    personal = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["lot", "kind"]), models.Index(fields=["kind"])]


class Personal(models.Model):
    """One personal value of an entry with its own salt. Never updated; deleting it leaves the chain whole."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="personal_values")
    field = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="personal_field_once")]
        indexes = [models.Index(fields=["field", "value"])]


class Head(models.Model):
    """The single row every append locks: how many entries there are and the tree's frontier (hex, largest first)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.TextField(default="")
    root = models.CharField(max_length=64)


class Checkpoint(models.Model):
    """A head as signed by the log (C2SP note), one a size."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()
