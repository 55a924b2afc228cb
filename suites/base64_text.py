"""Base64 of which every text has one spelling: nothing that is signed or proven may have a second form. Pure."""

from __future__ import annotations

import base64
import binascii


def to_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Return the bytes.

    The last digit before the padding has bits that stand for nothing; a decoder that passes over them takes up to
    sixteen texts for the same bytes.

    :raises ValueError: another alphabet, missing padding, or unused bits that are set
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if to_base64(data) != text:
        raise ValueError("not base64 in its one form")
    return data
