"""What a sealed bid is bound to: every key derives from these fields, so a re-filed ciphertext does not open. Pure."""

from dataclasses import dataclass
from datetime import datetime

from sealing import canonical
from sealing.fields import format_time, is_code, is_envelope, is_hash, is_list, is_suite, is_time, number, octets, one
from sealing.padding import MOST_PADDED
from sealing.policy import SHAPES, Group
from suites import Suite, suite_named
from suites.base64_text import to_base64

FIELDS = {
    "v": one,
    "suite": is_suite,
    "tender": is_code,
    "lot": is_code,
    "envelope": is_envelope,
    "bidder": is_code,
    "document_hash": is_hash,
    "sequence": number(1, canonical.LARGEST),
    "deadline": is_time,
    "policy": lambda value: isinstance(value, str) and value in SHAPES,
    "groups": is_list,
    "salt": octets(32, 32),
    "padded_length": number(1, MOST_PADDED),
}


@dataclass(frozen=True)
class Binding:
    """The binding fields; `bidder` is the organisation's code, `deadline` aware UTC, `salt` 32 bytes."""

    suite_name: str
    tender: str
    lot: str
    envelope: str
    bidder: str
    document_hash: str
    sequence: int
    deadline: datetime
    policy: str
    groups: tuple[Group, ...]
    salt: bytes
    padded_length: int

    @property
    def suite(self) -> Suite:
        """The algorithms."""
        return suite_named(self.suite_name)

    def body(self) -> dict[str, canonical.Json]:
        """The JSON object."""
        return {
            "v": 1,
            "suite": self.suite_name,
            "tender": self.tender,
            "lot": self.lot,
            "envelope": self.envelope,
            "bidder": self.bidder,
            "document_hash": self.document_hash,
            "sequence": self.sequence,
            "deadline": format_time(self.deadline),
            "policy": self.policy,
            "groups": [
                {"name": group.name, "threshold": group.threshold, "recipients": list(group.recipients)}
                for group in self.groups
            ],
            "salt": to_base64(self.salt),
            "padded_length": self.padded_length,
        }


def core_of(binding: Binding) -> bytes:
    """Return the hash of the canonical binding, which enters every key, wrap and share commitment."""
    return binding.suite.hash(canonical.dumps(binding.body()))
