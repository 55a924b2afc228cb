"""The public point of an SM2 private key, computed with plain integers.

Not constant-time: it runs on the owner's machine, when a key file is loaded. `gmssl_pyx` offers no such function.
"""

from functools import lru_cache

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
Point = tuple[int, int]


def _add(one: Point | None, other: Point | None) -> Point | None:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % _P == 0:
            return None
        slope = (3 * one[0] * one[0] + _A) * pow(2 * one[1], -1, _P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, _P)
    x = (slope * slope - one[0] - other[0]) % _P
    return x, (slope * (one[0] - x) - one[1]) % _P


@lru_cache(maxsize=64)
def multiply_base(scalar: int) -> bytes:
    """Return scalar · G as x ‖ y, 64 bytes.

    :raises ValueError: the scalar is a multiple of the group's order
    """
    total: Point | None = None
    addend: Point | None = _G
    while scalar:
        if scalar & 1:
            total = _add(total, addend)
        addend = _add(addend, addend)
        scalar >>= 1
    if total is None:
        raise ValueError("the point at infinity is no public key")
    return total[0].to_bytes(32, "big") + total[1].to_bytes(32, "big")
