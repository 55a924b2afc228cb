"""One hex digit of a stored bid's header MAC altered: what no digest and no signature binds."""

from pathlib import Path

from sealing.layout import read_layout


def altered(trailer: bytes, header_mac: str) -> bytes:
    """Return a trailer with another first digit of its header MAC."""
    other = ("1" if header_mac[0] == "0" else "0") + header_mac[1:]
    return trailer.replace(header_mac.encode(), other.encode())


def flip_header_mac(path: Path) -> bytes:
    """Alter the file and return its trailer as it was. It is replaced, never written into: uploads may share it."""
    trailer, data = read_layout(path).trailer, path.read_bytes()
    path.unlink()
    path.write_bytes(data.replace(trailer.raw, altered(trailer.raw, trailer.header_mac.hex())))
    return trailer.raw
