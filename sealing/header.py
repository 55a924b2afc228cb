"""The header of a sealed bid: binding, key commitment, share commitments and wraps; read from bytes, closed and strict.

Pure. `parse_header` is what a server calls on the bytes it is sent before it takes any chunk.
"""

from dataclasses import dataclass
from functools import cached_property

from sealing import binding as binding_module
from sealing import canonical, padding
from sealing.binding import FIELDS, Binding
from sealing.canonical import Json, NotCanonical
from sealing.checks import refuse
from sealing.fields import Form, check_fields, is_hash, is_hashes, is_list, is_object, number, octets, parse_time
from sealing.policy import BIDDER, CUSTODIANS, Group, check_groups
from suites import Reason, Refused, Suite, Wrap
from suites.base64_text import from_base64, to_base64

MOST_HEADER = 1 << 16
LEAST = 2
_MOST_CT = 512

_INDEX = number(1, 255)
_IS_GROUP: Form = lambda value: value in (BIDDER, CUSTODIANS)  # noqa: E731 - a row of the tables below
HEADER = {"binding": is_object, "commitment": is_hash, "shares": is_list, "wraps": is_list}
GROUP = {"name": _IS_GROUP, "threshold": _INDEX, "recipients": is_hashes}
SHARE = {"group": _IS_GROUP, "index": _INDEX, "commitment": is_hash}
WRAP = {"kid": is_hash, "group": _IS_GROUP, "index": _INDEX, "enc": octets(0, 133), "ct": octets(1, _MOST_CT)}


@dataclass(frozen=True)
class Seat:
    """A recipient's place: group, index within it (from 1), kid."""

    group: str
    index: int
    kid: str


@dataclass(frozen=True)
class Header:
    """A parsed header; `raw` are its bytes, `commitments` and `wraps` are by seat, in header order."""

    raw: bytes
    binding: Binding
    commitment: bytes
    commitments: dict[Seat, bytes]
    wraps: dict[Seat, Wrap]

    @property
    def suite(self) -> Suite:
        """The algorithms."""
        return self.binding.suite

    @cached_property
    def core(self) -> bytes:
        """The hash of the binding."""
        return binding_module.core_of(self.binding)

    @property
    def count(self) -> int:
        """The number of chunks."""
        return padding.chunk_count(self.binding.padded_length)

    def chunk_length(self, number: int) -> int:
        """The bytes of chunk `number` (from 0) with its tag."""
        return padding.chunk_size(self.binding.padded_length, number) + self.suite.tag_length

    @property
    def body_length(self) -> int:
        """The bytes of all chunks with their tags."""
        return self.binding.padded_length + self.count * self.suite.tag_length


def seats_of(groups: tuple[Group, ...]) -> list[Seat]:
    """Return every recipient's place, in header order."""
    return [Seat(group.name, index, kid) for group in groups for index, kid in enumerate(group.recipients, start=1)]


def write_header(
    binding: Binding, *, commitment: bytes, commitments: dict[Seat, bytes], wraps: dict[Seat, Wrap]
) -> bytes:
    """Return the canonical bytes of a header."""
    return canonical.dumps(
        {
            "binding": binding.body(),
            "commitment": commitment.hex(),
            "shares": [
                {"group": seat.group, "index": seat.index, "commitment": value.hex()}
                for seat, value in commitments.items()
            ],
            "wraps": [
                {
                    "kid": seat.kid,
                    "group": seat.group,
                    "index": seat.index,
                    "enc": to_base64(wrap.enc),
                    "ct": to_base64(wrap.ct),
                }
                for seat, wrap in wraps.items()
            ],
        }
    )


def parse_header(raw: bytes) -> Header:
    """Read a header's bytes (without magic and length).

    :raises Refused: `header_size`, `header_canonical`, `header_fields`, `policy`, `shares`, `wraps`, `padding`
    """
    if not LEAST <= len(raw) <= MOST_HEADER:
        raise Refused([Reason("header_size", f"a header has {LEAST} to {MOST_HEADER} bytes, not {len(raw)}")])
    try:
        body = canonical.loads_canonical(raw)
    except NotCanonical as error:
        raise Refused([Reason("header_canonical", str(error))]) from error
    refuse(_field_reasons(body))
    binding = read_binding(body["binding"])
    refuse(_meaning_reasons(binding, body))
    seats = seats_of(binding.groups)
    return Header(
        raw=raw,
        binding=binding,
        commitment=bytes.fromhex(body["commitment"]),
        commitments={seat: bytes.fromhex(row["commitment"]) for seat, row in zip(seats, body["shares"], strict=True)},
        wraps={seat: _wrap(row) for seat, row in zip(seats, body["wraps"], strict=True)},
    )


def read_binding(body: Json) -> Binding:
    """Return the binding of an object whose fields were checked."""
    return Binding(
        suite_name=body["suite"],
        tender=body["tender"],
        lot=body["lot"],
        envelope=body["envelope"],
        bidder=body["bidder"],
        document_hash=body["document_hash"],
        sequence=body["sequence"],
        deadline=parse_time(body["deadline"]),
        policy=body["policy"],
        groups=tuple(Group(row["name"], row["threshold"], tuple(row["recipients"])) for row in body["groups"]),
        salt=from_base64(body["salt"]),
        padded_length=body["padded_length"],
    )


def _rows(path: str, rows: Json, table: dict[str, Form]) -> list[Reason]:
    if not isinstance(rows, list):
        return []
    return [
        reason
        for place, row in enumerate(rows)
        for reason in check_fields("header_fields", f"{path}[{place}]", row, table)
    ]


def _field_reasons(body: Json) -> list[Reason]:
    found = check_fields("header_fields", "header", body, HEADER)
    if not isinstance(body, dict) or not isinstance(body.get("binding"), dict):
        return found
    found += check_fields("header_fields", "binding", body["binding"], FIELDS)
    found += _rows("groups", body["binding"].get("groups"), GROUP)
    return found + _rows("shares", body.get("shares"), SHARE) + _rows("wraps", body.get("wraps"), WRAP)


def _meaning_reasons(binding: Binding, body: Json) -> list[Reason]:
    seats = seats_of(binding.groups)
    found = check_groups(binding.policy, binding.groups)
    if [(row["group"], row["index"]) for row in body["shares"]] != [(seat.group, seat.index) for seat in seats]:
        found.append(Reason("shares", "the share commitments are not one for each recipient, in order"))
    if [(row["group"], row["index"], row["kid"]) for row in body["wraps"]] != [
        (seat.group, seat.index, seat.kid) for seat in seats
    ]:
        found.append(Reason("wraps", "the wraps are not one for each recipient, in order"))
    if not all(binding.suite.accepts_wrap(_wrap(row)) for row in body["wraps"]):
        found.append(Reason("wraps", "a wrap has a size that the suite cannot give"))
    if not padding.possible(binding.envelope, binding.padded_length):
        found.append(Reason("padding", f"no data give a padded length of {binding.padded_length}"))
    return found


def _wrap(row: Json) -> Wrap:
    return Wrap(from_base64(row["enc"]), from_base64(row["ct"]))
