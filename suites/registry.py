"""The suites by name, and the check of their primitives against published answers."""

from suites.gm import Gm1
from suites.intl import Intl1
from suites.known_answers import failures
from suites.protocol import Suite

_SUITES: dict[str, Suite] = {"INTL-1": Intl1(), "GM-1": Gm1()}

NAMES: tuple[str, ...] = tuple(_SUITES)


class SelfTestFailed(Exception):
    """A primitive does not give its published answer: nothing may be sealed or opened with it."""


def suite_named(name: str) -> Suite:
    """Return a suite.

    :raises KeyError: there is no such suite
    """
    return _SUITES[name]


def kid_of(suite: Suite, seal_public: bytes) -> str:
    """Return the name of a key: the hex hash of its SPKI."""
    return suite.hash(seal_public).hex()


def self_test() -> None:
    """Hold every primitive against its published answers; well under 0.2 s, meant for start-up.

    :raises SelfTestFailed: naming every answer that is wrong
    """
    if wrong := failures():
        raise SelfTestFailed(", ".join(wrong))
