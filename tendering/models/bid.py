"""Sealed bids and unfinished uploads: ciphertext and its names, never a key."""

from django.db import models

from identity.models import Organisation
from tendering.models.lot import Lot


class UploadState(models.TextChoices):
    RECEIVING = "receiving"
    COMPLETED = "completed"
    REFUSED = "refused"


class Upload(models.Model):
    """An upload under way: the header is known, chunks arrive in any order and are checked leaf by leaf.

    The chunks lie in UPLOAD_ROOT/<public_id>.part at their final offsets, their leaf hashes in <public_id>.leaves.
    """

    public_id = models.UUIDField(unique=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uploads")
    bidder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    header = models.BinaryField()  # canonical JSON bytes of the sealed file's header
    trailer = models.BinaryField(default=bytes)  # canonical JSON bytes, once completed
    sequence = models.PositiveBigIntegerField()  # up to 2⁵³ − 1, as the header names it
    envelope = models.CharField(max_length=20, default="whole")
    count = models.PositiveIntegerField()  # chunks, from padded_length
    state = models.CharField(max_length=12, choices=UploadState, default=UploadState.RECEIVING)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    bid = models.ForeignKey("Bid", on_delete=models.PROTECT, null=True, blank=True, related_name="uploads")
    copy_of = models.ForeignKey("Bid", on_delete=models.PROTECT, null=True, blank=True, related_name="copies")


class BidState(models.TextChoices):
    RECEIVED = "received"  # in force
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"  # 撤回, before the deadline
    SUPERSEDED = "superseded_by_amendment"
    RETURNED = "returned"  # failed tender: never opened
    OPENED = "opened"
    REVOKED = "revoked"  # 撤销: not decrypted through the bidder's fault
    WITHDRAWN_NO_BLAME = "withdrawn_no_blame"  # 视为撤回: not decrypted through others' fault


class Bid(models.Model):
    """A complete sealed bid. Its name everywhere is `bid_digest`; the file is SEALED_ROOT/<lot>/<bid_digest>.bid."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="bids")
    bidder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="bids")
    envelope = models.CharField(max_length=20, default="whole")
    sequence = models.PositiveBigIntegerField()
    bid_digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=30, choices=BidState, default=BidState.RECEIVED)
    core = models.CharField(max_length=64)
    count = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    received_at = models.DateTimeField()
    received_by = models.CharField(max_length=80)
    address = models.CharField(max_length=45)
    receipt = models.JSONField()
    withdrawal = models.JSONField(null=True, blank=True)  # the bidder's signed statement that it takes the bid back
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)  # the failed check, where a bid could not be opened
    damaged_at = models.DateTimeField(null=True, blank=True)  # the stored file was found missing or altered
    fault_at = models.DateTimeField(null=True, blank=True)  # the platform itself failed at it; it is tried again
    kept_at = models.DateTimeField(
        null=True, blank=True
    )  # its opened contents are on the disk, held against their hashes
    in_closing_set = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "bidder", "envelope"],
                condition=models.Q(state="received"),
                name="one_bid_in_force",
            ),
            models.UniqueConstraint(fields=["lot", "bidder", "envelope", "sequence"], name="bid_sequence_once"),
        ]
