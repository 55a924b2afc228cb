"""The names of the checks of the sealed bid in the order of docs/sealed-bid-format.md 6, which sorts reasons."""

from collections.abc import Iterable

from suites import Reason, Refused

ORDER = (
    "magic",
    "header_size",
    "header_canonical",
    "header_fields",
    "policy",
    "shares",
    "wraps",
    "padding",
    "trailer_size",
    "trailer_canonical",
    "trailer_fields",
    "file_length",
    "count",
    "root",
    "certificates",
    "signature",
    "path",
    "validity",
    "revoked",
    "crl",
    "signer",
    "binding",
    "recipient",
    "unwrap",
    "share_binding",
    "share_commitment",
    "dealt_inconsistent",
    "threshold",
    "key_commitment",
    "header_mac",
    "chunk",
    "plaintext_length",
    "plaintext_zeros",
    "archive",
    "manifest",
    "output",
    "tender",
    "parameters",
    "recipients",
    "key",
    "statement",
)
_PLACE = {name: place for place, name in enumerate(ORDER)}


def in_order(reasons: Iterable[Reason]) -> list[Reason]:
    """Return the reasons in document order, each once."""
    return sorted(dict.fromkeys(reasons), key=lambda reason: _PLACE[reason.check])


def refuse(reasons: Iterable[Reason]) -> None:
    """Raise if there is any reason.

    :raises Refused: with all of them in document order
    """
    if found := in_order(reasons):
        raise Refused(found)
