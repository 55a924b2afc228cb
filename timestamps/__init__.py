"""Trusted timestamps (RFC 3161): asking an authority for one, and verifying it. No Django, no database.

    authority = timestamps.configured(address, home=…)          # "https://…", "demonstration" or "" (none)
    token = timestamps.stamp(data, authority=authority)         # DER TimeStampResp, SHA-256, nonce checked
    instant = timestamps.verify(token, data, roots=[pem, …])    # aware UTC, or TimestampInvalid

A stored token is what the authority answered (`.tsr`; `openssl ts -verify -in` reads it); `verify` takes the bare
TimeStampToken, as it stands in a signed PDF, too.
"""

from timestamps.authorities import DEMONSTRATION, Authority, HttpAuthority, configured
from timestamps.local import LocalAuthority
from timestamps.refusals import StampFailed, TimestampInvalid
from timestamps.stamping import said, stamp, verify

__all__ = [
    "DEMONSTRATION",
    "Authority",
    "HttpAuthority",
    "LocalAuthority",
    "StampFailed",
    "TimestampInvalid",
    "configured",
    "said",
    "stamp",
    "verify",
]
