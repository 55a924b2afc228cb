"""How long the padded plaintext is: Padmé, and for a price envelope 64 KiB or the next power of two. Pure, in bytes.

Worked example: L = 1,000,000 has E = 19, S = 5, so it is rounded up to a multiple of 2^14: 1,015,808.
"""

PRICE_LEAST = 1 << 16
MOST_PADDED = (1 << 32) + (1 << 26)
CHUNK = 1 << 20
PREFIX = 8


def padme(length: int) -> int:
    """Round a length up so that it keeps at most ⌊log2 E⌋ + 1 significant bits after the first; at most 12 % longer."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length()) if exponent > exponent.bit_length() else 1
    return -(-length // step) * step


def padded_length(envelope: str, data_length: int) -> int:
    """Return the plaintext's length for so many bytes of data (u64 prefix included)."""
    length = PREFIX + data_length
    if envelope == "price":
        return max(PRICE_LEAST, 1 << (length - 1).bit_length())
    return padme(length)


def possible(envelope: str, padded: int) -> bool:
    """Whether some data give this padded length."""
    return PREFIX <= padded <= MOST_PADDED and padded_length(envelope, padded - PREFIX) == padded


def chunk_count(padded: int) -> int:
    """Return the number of chunks, the last one not empty."""
    return -(-padded // CHUNK)


def chunk_size(padded: int, number: int) -> int:
    """Return the plaintext bytes of chunk `number` (from 0)."""
    return min(CHUNK, padded - number * CHUNK)
