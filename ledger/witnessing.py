"""Witnesses on the platform's side: registering them, finding one by its token, taking in its cosignatures."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction

from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _
from ledger import cosignatures, notes
from ledger.models import Checkpoint, Cosignature, Witness
from ledger.writing import append

AHEAD = timedelta(minutes=5)  # how far a witness's clock may be ahead
BAD_KEY = Reason("witness_key", _("这不是见证方的验证公钥（C2SP cosignature/v1）。"))
KEY_TAKEN = Reason("witness_taken", _("该名称或公钥已经登记为见证方。"))
NO_CHECKPOINT = Reason("no_checkpoint", _("日志没有签发过这一条数的检查点。"))
WRONG_COSIGNATURE = Reason("cosignature", _("联署与这一检查点或登记的公钥不符。"))
AHEAD_OF_TIME = Reason("witness_clock", _("联署的时间晚于平台时钟五分钟以上。"))


class WitnessRefused(Refused):
    """A witness's key or cosignature cannot be taken."""


class RegisteredWitness(NamedTuple):
    """The row, and the token that nobody can read again."""

    witness: Witness
    token: str


def register_witness(*, organisation: str, key: str, now: datetime) -> RegisteredWitness:
    """Register who may cosign, by its verifier key, which carries its name; an entry of the ledger says so.

    :raises WitnessRefused: not such a key, or its name or key is registered already
    """
    try:
        name, _public = notes.parsed_key(key, cosignatures.COSIGNATURE)
    except notes.BadNote as error:
        raise WitnessRefused([BAD_KEY]) from error
    token = secrets.token_urlsafe(32)
    columns = {"name": name, "key": key, "organisation": organisation, "registered_at": now}
    try:
        with transaction.atomic():
            witness = Witness.objects.create(**columns, token_hash=_hashed(token))
            payload = {"name": name, "key": key, "organisation": organisation}
            append("witness.registered", at=now, payload=payload)
    except IntegrityError as error:
        raise WitnessRefused([KEY_TAKEN]) from error
    return RegisteredWitness(witness, token)


def witness_of(token: str) -> Witness | None:
    """Return the witness whose token it is, if it still serves."""
    return Witness.objects.filter(token_hash=_hashed(token), ended_at=None).first()


def take_cosignature(*, witness_id: int, size: int, line: str, now: datetime) -> Cosignature:
    """Keep a witness's signature line with the checkpoint of that size; the first one stays, again changes nothing.

    :raises WitnessRefused: no such checkpoint, the line is not this witness's over it, or its time is ahead of ours
    """
    witness = Witness.objects.get(pk=witness_id)
    Witness.objects.filter(pk=witness_id).update(last_seen_at=now)
    checkpoint = Checkpoint.objects.filter(size=size).first()
    if checkpoint is None:
        raise WitnessRefused([NO_CHECKPOINT])
    try:
        signed = cosignatures.verified(line, text_of(checkpoint), witness.key)
    except notes.BadNote as error:
        raise WitnessRefused([WRONG_COSIGNATURE]) from error
    if signed.at > now + AHEAD:
        raise WitnessRefused([AHEAD_OF_TIME])
    fresh = {"line": line, "at": signed.at}
    kept, _made = Cosignature.objects.get_or_create(checkpoint=checkpoint, witness=witness, defaults=fresh)
    return kept


def witness_rows() -> list[dict[str, Any]]:
    """Return the witnesses for people to see: `{"name", "organisation", "key", "size", "at"}`.

    `size` and `at` are those of the largest checkpoint it cosigned, None before the first.
    """
    rows = []
    for witness in Witness.objects.filter(ended_at=None).order_by("name"):
        last = witness.cosignatures.order_by("-checkpoint_id").first()
        told = {"name": witness.name, "organisation": witness.organisation, "key": witness.key}
        rows.append(told | {"size": last and last.checkpoint_id, "at": last and last.at})
    return rows


def text_of(checkpoint: Checkpoint) -> str:
    """Return what is signed of a stored checkpoint."""
    return checkpoint.note.rpartition("\n\n")[0] + "\n"


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()
