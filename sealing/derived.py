"""The keys of one bid, all derived from the file key, the salt and the binding. Pure."""

from typing import NamedTuple

from sealing.header import Header
from suites import Suite


class Derived(NamedTuple):
    """The derived keys; `chunk_mac` is empty where the suite has an AEAD; `commitment` is public."""

    enc: bytes
    chunk_mac: bytes
    header_mac: bytes
    commitment: bytes


def derive(suite: Suite, file_key: bytes, *, salt: bytes, core: bytes) -> Derived:
    """Return HKDF(salt, file key, label ‖ suite ‖ core) for every label."""

    def expand(label: str, length: int = 32) -> bytes:
        return suite.hkdf(file_key, salt, label.encode() + suite.name.encode() + core, length=length)

    return Derived(
        enc=expand("enc", suite.chunk_key_length),
        chunk_mac=expand("chunk-mac") if suite.has_chunk_mac else b"",
        header_mac=expand("header-mac"),
        commitment=expand("commit"),
    )


def derive_for(header: Header, file_key: bytes) -> Derived:
    """Return the keys of a parsed bid."""
    return derive(header.suite, file_key, salt=header.binding.salt, core=header.core)


def nonce_of(number: int, *, last: bool) -> bytes:
    """Return the nonce of chunk `number` (from 0): u88 counter ‖ u8 last flag."""
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
