"""Rows of the ledger: faces, bodies, erasable personal values, the head, signed checkpoints. Append-only by triggers.

Hashes are hexadecimal, SHA-256 unless the column says SM3; `index` counts from 0 without gaps and is the leaf's place
in both RFC 6962 trees.
"""

from django.db import models

from ledger.fields import CanonicalField, PlaceField


class Entry(models.Model):
    """The public face of an entry: where it stands, the legal instant of the act, its leaf hashes.

    `nodes` are the perfect subtrees that this leaf completed, smallest first, one after the other (64 digits each): the
    whole tree is stored with its leaves, and every proof is a few rows away (`ledger.nodes`).
    """

    index = PlaceField(primary_key=True)
    at = models.DateTimeField()
    leaf = models.CharField(max_length=64)
    leaf_sm3 = models.CharField(max_length=64, default="")
    nodes = models.TextField(default="", blank=True)
    nodes_sm3 = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["index"]

    # set by `append` on what it returns: hash name → the inclusion path in the tree of size index + 1
    paths: dict[str, list[str]] | None = None


class Body(models.Model):
    """The private body. `personal` maps field → H(salt ‖ value); the values live in `Personal` and can be erased."""

    # no constraint: face, body and values are one statement, nothing is deleted, and to check it costs a tenth of that
    entry = models.OneToOneField(
        Entry, on_delete=models.PROTECT, primary_key=True, related_name="body", db_constraint=False
    )
    kind = models.CharField(max_length=40)
    lot = models.CharField(max_length=26, blank=True)
    role = models.CharField(max_length=16, blank=True)
    payload = CanonicalField()
    salt = models.CharField(max_length=64)
    personal = CanonicalField()

    class Meta:
        indexes = [models.Index(fields=["lot", "kind"]), models.Index(fields=["kind"])]


class Personal(models.Model):
    """One personal value of an entry with its own salt. Never updated; deleting it leaves the chain whole."""

    # no index of its own: the constraint below begins with it
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="personal_values", db_index=False, db_constraint=False
    )
    field = models.CharField(max_length=40)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="personal_field_once")]
        indexes = [models.Index(fields=["field", "value"])]


class Head(models.Model):
    """The single row every append locks: how many entries there are and the trees' frontiers (hex, largest first)."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    frontier = models.TextField(default="")
    frontier_sm3 = models.TextField(default="")


class Checkpoint(models.Model):
    """A head as signed by the log (C2SP note), one a size."""

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()


class Witness(models.Model):
    """Who cosigns checkpoints on a machine of its own. Its bearer token is stored as a hash only; it is shown once.

    `name` is the key's name in signature lines, `key` the verifier key that people pin (C2SP cosignature/v1).
    """

    name = models.CharField(max_length=100, unique=True)
    organisation = models.CharField(max_length=200)
    key = models.CharField(max_length=200, unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    registered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)


class Cosignature(models.Model):
    """A witness's signature line over a checkpoint; `at` is the witness's own time, which the line signs."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="cosignatures")
    line = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "witness"], name="one_cosignature_a_witness")]
        ordering = ["id"]


class Anchor(models.Model):
    """That a checkpoint was published elsewhere: the driver's name in the settings and its receipt (plain JSON)."""

    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="anchors")
    name = models.CharField(max_length=40)
    receipt = CanonicalField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "name"], name="one_anchor_a_name")]
        ordering = ["id"]
