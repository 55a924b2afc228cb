"""Anchor: a trusted timestamp (RFC 3161) over a checkpoint's text, by any authority."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import timestamps
from ledger.anchors import AnchorFailed, AnchorInvalid, Receipt
from suites.base64_text import from_base64, to_base64

ROOT = "root.pem"


class TimestampAnchor:
    """`authority` is an address or "demonstration" (keys under `home`); `roots` a PEM file of whom to trust."""

    def __init__(
        self, authority: str, roots: str = "", home: str = ".", username: str = "", password: str = ""
    ) -> None:
        self._home = Path(home)
        found = timestamps.configured(authority, home=self._home, username=username, password=password)
        if found is None:
            raise TypeError("no authority")
        self._authority, self._roots = found, roots

    def publish(self, note: str, *, at: datetime) -> Receipt:
        """Return `{"token"}`: the authority's answer in base64."""
        try:
            token = timestamps.stamp(stamped(note), authority=self._authority)
        except timestamps.StampFailed as error:
            raise AnchorFailed(str(error)) from error
        return {"token": to_base64(token)}

    def verify(self, note: str, receipt: Mapping[str, Any]) -> datetime:
        """Return the authority's time."""
        try:
            roots = (Path(self._roots) if self._roots else self._home / ROOT).read_bytes()
            token = from_base64(receipt["token"])
            return timestamps.verify(token, stamped(note), roots=[roots])
        except (OSError, KeyError, TypeError, ValueError, timestamps.TimestampInvalid) as error:
            raise AnchorInvalid(str(error)) from error


def held_against(note: str, receipt: Mapping[str, Any]) -> None:
    """Verify that a receipt's token stamps this checkpoint, by no matter whom: what can be told without any root.

    :raises AnchorInvalid: it is no token, or of something else
    """
    try:
        timestamps.said(from_base64(receipt["token"]), stamped(note))
    except (KeyError, TypeError, ValueError, timestamps.TimestampInvalid) as error:
        raise AnchorInvalid(str(error)) from error


def stamped(note: str) -> bytes:
    """Return what is stamped: the checkpoint's text without signatures, to which more may be added later."""
    text, _, _ = note.rpartition("\n\n")
    return f"{text}\n".encode()
