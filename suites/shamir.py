"""Shamir sharing of a 32-byte secret: two 16-byte halves over GF(2^128), as `Crypto.Protocol.SecretSharing` has it.

Indexes are x = 1 … 255; index 0 would be the secret itself and is refused. Random coefficients come from the library.
"""

from Crypto.Protocol.SecretSharing import Shamir

_HALF = 16
_SECRET = 32
_MOST = 255


def split(secret: bytes, *, threshold: int, count: int) -> list[bytes]:
    """Share a secret among `count` holders, any `threshold` of whom restore it.

    Row i of the answer is the share with index i + 1, 32 bytes.

    :raises ValueError: unless 2 ≤ threshold ≤ count ≤ 255 and the secret has 32 bytes
    """
    if len(secret) != _SECRET or not 2 <= threshold <= count <= _MOST:
        raise ValueError("a 32-byte secret and 2 ≤ threshold ≤ count ≤ 255 are needed")
    high = Shamir.split(threshold, count, secret[:_HALF], ssss=False)
    low = Shamir.split(threshold, count, secret[_HALF:], ssss=False)
    return [first[1] + second[1] for first, second in zip(high, low, strict=True)]


def combine(shares: dict[int, bytes]) -> bytes:
    """Return the secret from exactly as many shares as the threshold (index → 32 bytes).

    :raises ValueError: an index outside 1 … 255 or a share of another size
    """
    return value_at(0, shares)


def value_at(index: int, shares: dict[int, bytes]) -> bytes:
    """Return the polynomial's value at an index, 0 being the secret.

    Interpolation at 0 is what the library offers; in characteristic 2, f(x + index) at x = 0 is f(index), and addition
    is XOR, so the known points are moved by `index` first.

    :raises ValueError: an index outside its bounds or a share of another size
    """
    if not shares or not all(1 <= i <= _MOST and len(share) == _SECRET for i, share in shares.items()):
        raise ValueError("shares are 32 bytes with indexes 1 … 255")
    if index in shares:
        return shares[index]
    high = Shamir.combine([(i ^ index, share[:_HALF]) for i, share in shares.items()], ssss=False)
    low = Shamir.combine([(i ^ index, share[_HALF:]) for i, share in shares.items()], ssss=False)
    return bytes(high) + bytes(low)
