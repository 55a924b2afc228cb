"""Dealing the file key to the groups, wrapping it, and combining shares again. Pure but for randomness.

A share is set aside, with a reason, when it does not match its commitment: whether its wrap was bad or its holder lies
cannot be proved. With `threshold` matching shares the polynomial is fixed, so inconsistent dealing is proved.
"""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from sealing import canonical
from sealing.canonical import Json
from sealing.checks import in_order
from sealing.derived import derive_for
from sealing.fields import check_fields, is_hash, number, octets, one
from sealing.header import Header, Seat
from sealing.policy import BIDDER, CUSTODIANS, SHAPES, Group
from suites import Reason, Refused, Suite
from suites.base64_text import from_base64, to_base64
from suites.shamir import split, value_at

FIELDS = {
    "v": one,
    "bid_digest": is_hash,
    "core": is_hash,
    "kid": is_hash,
    "group": lambda value: value in (BIDDER, CUSTODIANS),
    "index": number(1, 255),
    "share": octets(32, 32),
}

_PLAIN = ("bid_digest", "core", "kid", "group", "index")


@dataclass(frozen=True)
class Share:
    """One recipient's share of one bid; digests are hex, `share` 32 bytes."""

    bid_digest: str
    core: str
    kid: str
    group: str
    index: int
    share: bytes

    def body(self) -> dict[str, Json]:
        """The JSON object, as in a share file."""
        return {"v": 1, **asdict(self), "share": to_base64(self.share)}


class Combined(NamedTuple):
    """The file key, and what was found about shares that were not needed."""

    file_key: bytes
    findings: list[Reason]


def read_share(body: Json) -> Share:
    """Return the share of a JSON object.

    :raises Refused: `share_binding`, with every malformed member
    """
    if found := check_fields("share_binding", "share", body, FIELDS):
        raise Refused(found)
    return Share(**{name: body[name] for name in _PLAIN}, share=from_base64(body["share"]))


def deal(policy: str, groups: Sequence[Group], file_key: bytes) -> dict[Seat, bytes]:
    """Return each recipient's share: the whole key per group (`any`), or XOR parts of it (`all`)."""
    if SHAPES[policy].join == "any":
        parts = [file_key for _ in groups]
    else:
        parts = [secrets.token_bytes(32) for _ in groups[1:]]
        parts.insert(0, _xor([file_key, *parts]))
    return {
        Seat(group.name, index, kid): share
        for group, secret in zip(groups, parts, strict=True)
        for index, (kid, share) in enumerate(zip(group.recipients, _split(group, secret), strict=True), start=1)
    }


def wrap_context(suite: Suite, core: bytes, seat: Seat) -> bytes:
    """Return what a wrap is bound to: bid, recipient and place."""
    place = seat.kid.encode() + seat.group.encode() + bytes([seat.index])
    return suite.hash(b"gongheng/wrap/v1" + core + place)


def share_commitment(suite: Suite, core: bytes, seat: Seat, share: bytes) -> bytes:
    """Return the public commitment to a share."""
    return suite.hash(b"gongheng/share/v1" + core + seat.group.encode() + bytes([seat.index]) + share)


def check_share(header: Header, bid_digest: str, share: Share) -> list[Reason]:
    """Check that a share is of this bid and matches its commitment; what a server does on arrival."""
    place = f"share {share.index} of {share.group}"
    seat = Seat(share.group, share.index, share.kid)
    if seat not in header.commitments:
        return [Reason("share_binding", f"{place} has no such recipient in this bid")]
    if share.bid_digest != bid_digest or share.core != header.core.hex():
        return [Reason("share_binding", f"{place} is of another bid")]
    if not hmac.compare_digest(
        share_commitment(header.suite, header.core, seat, share.share), header.commitments[seat]
    ):
        return [Reason("share_commitment", f"{place} does not match its commitment")]
    return []


def combine(header: Header, bid_digest: str, shares: Iterable[Share]) -> Combined:
    """Return the file key from the shares at hand.

    :raises Refused: `share_binding`, `share_commitment`, `dealt_inconsistent`, `threshold`, `key_commitment`
    """
    findings: list[Reason] = []
    good: dict[str, dict[int, bytes]] = {group.name: {} for group in header.binding.groups}
    for share in shares:
        if problems := check_share(header, bid_digest, share):
            findings += problems
        else:
            good[share.group][share.index] = share.share
    secrets_found = {group.name: _solve(header, group, good[group.name], findings) for group in header.binding.groups}
    return _joined(header, secrets_found, findings)


def _joined(header: Header, found: dict[str, bytes | None], findings: list[Reason]) -> Combined:
    binding = header.binding
    if SHAPES[binding.policy].join == "all":
        parts = [secret for secret in found.values() if secret is not None]
        candidates = [("all", _xor(parts))] if len(parts) == len(found) else []
    else:
        candidates = [(name, secret) for name, secret in found.items() if secret is not None]
    for name, file_key in candidates:
        if hmac.compare_digest(derive_for(header, file_key).commitment, header.commitment):
            return Combined(file_key, in_order(findings))
        check = "dealt_inconsistent" if name == CUSTODIANS else "key_commitment"
        findings.append(Reason(check, f"the key of {name} is not the one committed to"))
    if not candidates:
        findings.append(Reason("threshold", "there are not enough matching shares"))
    raise Refused(in_order(findings))


def _solve(header: Header, group: Group, points: dict[int, bytes], findings: list[Reason]) -> bytes | None:
    """The group's secret, or None while shares are missing or when the dealing is proved inconsistent."""
    if len(points) < group.threshold:
        return None
    if group.threshold == 1:
        return next(iter(points.values()))
    fixed = dict(sorted(points.items())[: group.threshold])
    wrong = [
        index
        for index, kid in enumerate(group.recipients, start=1)
        if share_commitment(header.suite, header.core, Seat(group.name, index, kid), value_at(index, fixed))
        != header.commitments[Seat(group.name, index, kid)]
    ]
    if wrong:
        places = ", ".join(map(str, wrong))
        findings.append(Reason("dealt_inconsistent", f"the bidder committed to other shares than it dealt: {places}"))
        return None
    return value_at(0, fixed)


def _split(group: Group, secret: bytes) -> list[bytes]:
    if group.threshold == 1:
        return [secret]
    return split(secret, threshold=group.threshold, count=len(group.recipients))


def _xor(parts: Iterable[bytes]) -> bytes:
    total = 0
    for part in parts:
        total ^= int.from_bytes(part, "big")
    return total.to_bytes(32, "big")


def dumps(share: Share) -> bytes:
    """Return the bytes of a share file."""
    return canonical.dumps(share.body())
