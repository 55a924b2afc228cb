"""What the acts around a draw share: commit at the announcement, open to lines, hold. Part of operations, never one.

The order is what makes a draw fair (docs/draws.md): the seed is committed to before anybody can know who takes part;
the head of the log is fixed before the first line; lines come from those present, who do not know the seed.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ledger
from identity.actor import CLOCK, Actor
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import notes
from tendering import coefficients
from tendering.draw_queries import COEFFICIENTS, MATTERS, lines_of, purpose_of
from tendering.models import Draw, Lot
from tendering.refusals import ActRefused
from tendering.rules import draws

UNCOMMITTED = Reason("draw_uncommitted", _("招标公告没有公布这次抽签的承诺，抽签不能进行。"), "BR-46")
HELD = Reason("draw_held", _("这次抽签已经完成，不能重来。"), "BR-46")


def commit(lot: Lot, *, now: datetime, actor: Actor) -> list[dict[str, str]]:
    """Choose a secret seed for every draw the lot may need and publish the commitments; nothing when done before."""
    if lot.draws.exists():
        return []
    told = []
    for matter in MATTERS:
        seed = secrets.token_bytes(draws.SEED_BYTES)
        row = Draw.objects.create(
            lot=lot, matter=matter, seed=seed.hex(), commitment=draws.commitment(seed), committed_at=now
        )
        told.append({"matter": matter, "purpose": purpose_of(lot, matter), "commitment": row.commitment})
    ledger.append("draw.committed", lot=lot.code, at=now, actor=actor, payload={"draws": told})
    return told


def open_to_lines(lot: Lot, *, now: datetime, closes_at: datetime | None = None) -> None:
    """Fix the head of the log for every draw that is not open yet, and take lines from now on.

    `closes_at`: when the coefficients are drawn at the latest; None where the scheme needs none.
    """
    waiting = list(lot.draws.filter(opened_at=None))
    if not waiting:
        return
    head = _head()
    for row in waiting:
        row.opened_at, row.checkpoint_size, row.checkpoint_root = now, head["size"], head["root"]
        row.closes_at = closes_at if row.matter == COEFFICIENTS else None
        row.save(update_fields=["opened_at", "checkpoint_size", "checkpoint_root", "closes_at"])
    payload: dict[str, Any] = {"matters": [row.matter for row in waiting], "checkpoint": head}
    if closes_at is not None:
        payload["closes_at"] = closes_at
    ledger.append("draw.opened", lot=lot.code, at=now, payload=payload, actor=CLOCK)


def begun(lot: Lot, matter: str, *, now: datetime) -> Draw:
    """Return a draw that may be held now; one that nobody opened to lines is opened here.

    :raises ActRefused: nothing was committed to, or the draw is held already
    """
    row = lot.draws.filter(matter=matter).first()
    if row is None:
        raise ActRefused([UNCOMMITTED])
    if row.closed_at is not None:
        raise ActRefused([HELD])
    if row.opened_at is None:
        open_to_lines(lot, now=now)
        row.refresh_from_db()
    return row


def inputs_of(row: Draw) -> draws.Inputs:
    """Return everything an open draw depends on; its lines are those given until now."""
    head = draws.checkpoint_text(row.checkpoint_size or 0, row.checkpoint_root)
    return draws.Inputs(purpose_of(row.lot, row.matter), bytes.fromhex(row.seed), lines_of(row.lot), head)


def hold(row: Draw, matters: Sequence[draws.Matter], *, now: datetime, exclusive: bool = False) -> dict[str, Any]:
    """Close an open draw to lines, hold it, and return its record (`tendering.rules.draws.records`).

    :raises tendering.rules.draws.DrawRefused: too few candidates, or one named twice
    """
    inputs = inputs_of(row)
    row.record = draws.make_record(
        matters,
        purpose=inputs.purpose,
        seed=inputs.seed,
        committed=row.commitment,
        contributions=inputs.contributions,
        checkpoint={"size": row.checkpoint_size, "root": row.checkpoint_root},
        exclusive=exclusive,
    )
    row.closed_at = now
    row.save(update_fields=["closed_at", "record"])
    record: dict[str, Any] = row.record
    return record


def hold_coefficients(lot: Lot, *, now: datetime, actor: Actor) -> dict[str, Any]:
    """Draw the coefficients of the scheme and tell everybody: lines, seed, head, result."""
    row = begun(lot, COEFFICIENTS, now=now)
    matters = [draws.Matter(name, values) for name, values in coefficients.sets_of(lot.scheme).items()]
    record = hold(row, matters, now=now)
    lines = len(record["contributions"])
    payload: dict[str, Any] = {"matter": COEFFICIENTS, "purpose": record["purpose"], "lines": lines}
    ledger.append("draw.closed", lot=lot.code, at=now, payload=payload, actor=actor)
    ledger.append("draw.revealed", lot=lot.code, at=now, payload={"record": record}, actor=actor)
    return record


def _head() -> dict[str, Any]:
    text, _blank, _signatures = ledger.checkpoint().partition("\n\n")
    head = notes.parsed_checkpoint(f"{text}\n")
    return {"size": head.size, "root": head.root.hex()}
