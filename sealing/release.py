"""Taking a recipient's own share out of a bid, after everything that needs no key has been checked."""

from typing import Protocol

from sealing.header import Header, Seat
from sealing.shares import Share, check_share, wrap_context
from suites import Reason, Refused, Wrap, WrongKey


class Recipient(Protocol):
    """Whoever can open wraps: a key file, or a token that never shows its key."""

    @property
    def kid(self) -> str: ...

    def unwrap(self, context: bytes, wrap: Wrap) -> bytes: ...


def release_share(header: Header, bid_digest: str, recipient: Recipient) -> Share:
    """Unwrap the recipient's share and hold it against its commitment. `bid_digest` is hex.

    :raises Refused: `recipient`: no wrap for this key; `unwrap`; `share_commitment`
    """
    seat = seat_of(header, recipient.kid)
    try:
        plain = recipient.unwrap(wrap_context(header.suite, header.core, seat), header.wraps[seat])
    except WrongKey as error:
        raise Refused([Reason("unwrap", "the wrap does not open with this key for this bid")]) from error
    share = Share(bid_digest, header.core.hex(), seat.kid, seat.group, seat.index, plain)
    if found := check_share(header, bid_digest, share):
        raise Refused(found)
    return share


def seat_of(header: Header, kid: str) -> Seat:
    """Return the place of a key among the recipients.

    :raises Refused: `recipient`
    """
    for seat in header.wraps:
        if seat.kid == kid:
            return seat
    raise Refused([Reason("recipient", f"the bid is not sealed to the key {kid}")])
