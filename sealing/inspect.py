"""What a sealed bid shows without any key: its structure checked, every failed condition named, its facts told."""

import hashlib
from dataclasses import asdict
from pathlib import Path

from sealing.canonical import Json
from sealing.checks import refuse
from sealing.layout import Layout, read_layout, structure_reasons
from suites.certificates import facts_of


def inspect_bid(path: Path, *, roots: list[bytes] | None = None) -> Layout:
    """Check everything that needs no key, the chunks' root included.

    :raises Refused: with every failed check
    """
    layout = read_layout(path)
    refuse(structure_reasons(layout, roots=roots))
    return layout


def facts(layout: Layout, *, trusted: bool) -> dict[str, Json]:
    """Return what an inspection prints: name, binding, recipients, signer."""
    header = layout.header
    signer = facts_of(layout.trailer.certificates[0])
    return {
        "bid_digest": layout.detached.bid_digest,
        "binding": header.binding.body(),
        "core": header.core.hex(),
        "count": header.count,
        "root": layout.trailer.root.hex(),
        "trailer_sha256": hashlib.sha256(layout.trailer.raw).hexdigest(),
        "signer": {"organisation": signer.organisation, "name": signer.common_name, "verified": trusted},
        "recipients": [asdict(seat) for seat in header.wraps],
        "size": layout.path.stat().st_size,
    }
