"""The platform's receipts: a signed statement `bid.receipt`, and the key that signs them. No clock, no database.

The key (P-256, self-signed, 0600) is made at its first use in SERVER_HOME/secrets; it signs receipts and opens nothing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ledger.private_file import read_or_make
from sealing.statements import sign_statement, verify_statement
from suites import Suite, suite_named
from suites.certificates import self_signed

KIND = "bid.receipt"
SUITE = "INTL-1"
NAME = "Gongheng receipts"


class NotOurReceipt(ValueError):
    """A statement that another key signed."""


@dataclass(frozen=True)
class ReceiptKey:
    """The platform's receipt key, as `sealing` wants a signer."""

    suite: Suite
    private: bytes
    certificates: tuple[bytes, ...]

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        return self.suite.sign(self.private, message)


def _signer() -> ReceiptKey:
    return _loaded(Path(settings.SERVER_HOME) / "secrets" / "receipt-key", settings.OPERATOR)


@cache
def _loaded(path: Path, operator: str) -> ReceiptKey:
    suite = suite_named(SUITE)
    private = read_or_make(path, lambda: suite.generate().private)
    certificate = self_signed(private, organisation_id=operator, common_name=NAME)
    return ReceiptKey(suite, private, (certificate,))


def public_key() -> bytes:
    """Return the DER SPKI that the platform's receipts verify with; publish it, so that bidders can pin it."""
    signer = _signer()
    return signer.suite.public_of(signer.private)


def sign(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the signed receipt `{suite, kind, body, signature, certificates}` of one bid."""
    statement: dict[str, Any] = sign_statement(_signer(), KIND, body)
    return statement


def trailer_name(raw: bytes) -> str:
    """Return the hash that receipt and ledger name a trailer's bytes by: the bid's digest does not bind them."""
    return hashlib.sha256(raw).hexdigest()


def names_trailer(receipt: Mapping[str, Any], raw: bytes) -> bool:
    """Whether a bid's receipt names these bytes of a trailer; one from before trailers were named allows any."""
    named = receipt.get("statement", {}).get("body", {}).get("trailer_sha256")
    return named is None or named == trailer_name(raw)


def verify(statement: Any, *, public: bytes) -> dict[str, Any]:
    """Return the body of a receipt signed by the platform's key `public` (DER SPKI).

    :raises suites.Refused: another form, or the signature does not verify
    :raises NotOurReceipt: signed by another key
    """
    verified = verify_statement(statement, KIND)
    if verified.signer.public != public:
        raise NotOurReceipt("the receipt is signed by another key")
    body: dict[str, Any] = verified.body
    return body
