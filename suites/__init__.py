"""Algorithm suites: hash, KDF, chunk cipher, key wrap, signature, X.509 paths, and their known answers.

This package must never know what a bid is, and imports neither Django, network nor clock.
"""

from suites.protocol import BadKey, ChunkCipher, KeyPair, Suite, Wrap, WrongKey
from suites.refusal import Reason, Refused
from suites.registry import NAMES, kid_of, self_test, suite_named

__all__ = [
    "NAMES",
    "BadKey",
    "ChunkCipher",
    "KeyPair",
    "Reason",
    "Refused",
    "Suite",
    "Wrap",
    "WrongKey",
    "kid_of",
    "self_test",
    "suite_named",
]
