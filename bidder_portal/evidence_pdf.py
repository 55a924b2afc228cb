"""The printed face of a receipt 存证证明: what it says in words, and a QR code of as much of it as fits."""

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import segno

from ledger import cosignatures, heads, notes
from ledger.compact import MARK, compacted
from ledger.models import Witness
from tendering import printing
from tendering.models import Bid

TEMPLATES = Path(__file__).parent / "templates_typ"
CHINA = ZoneInfo("Asia/Shanghai")


def face(receipt: Mapping[str, Any], bid: Bid, bidder: str) -> bytes:
    """Return the PDF of a bid's receipt (`ledger.receipt`)."""
    text = receipt["checkpoint"].rpartition("\n\n")[0] + "\n"
    signed = notes.parsed_checkpoint(text)
    qr = compacted(receipt)
    seen = cosignatures.found(receipt["cosignatures"], text, Witness.objects.values_list("key", flat=True))
    data = {
        "lot_code": bid.lot.code,
        "lot_name": bid.lot.name,
        "rehearsal": bid.lot.project.rehearsal,
        "bidder": bidder,
        "bid_digest": bid.bid_digest,
        "received_at": _local(bid.received_at),
        "index": str(receipt["index"]),
        "leaf": receipt["leaf"],
        "leaf_sm3": receipt["leaf_sm3"],
        "origin": signed.origin,
        "log_key": heads.verifier_key(),
        "size": str(signed.size),
        "root": signed.root.hex(),
        "root_sm3": signed.root_sm3.hex(),
        "witnesses": [[one.name, _local(one.at)] for one in seen],
        "timestamps": len(receipt["timestamps"]),
        "qr": _svg(qr),
        "whole": qr.startswith(MARK),
    }
    return printing.render("evidence", data, at=bid.received_at, root=TEMPLATES)


def _local(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _svg(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="l", boost_error=False, micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return out.getvalue().decode("utf-8")
