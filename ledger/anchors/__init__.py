"""Publishing checkpoints where the platform cannot take them back: one interface, a driver for each place. No Django.

    driver = anchors.driver({"driver": "file", "path": "/media/worm/anchors.jsonl"})
    receipt = driver.publish(note, at=now)      # plain JSON, kept with the checkpoint
    driver.verify(note, receipt)                # the instant, where the place knows one; AnchorInvalid otherwise

An anchor is one proof among several and never the source of truth: the log stands without any.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Any, Protocol

Receipt = dict[str, Any]
DRIVERS = {
    "file": "ledger.anchors.file:FileAnchor",
    "timestamp": "ledger.anchors.timestamp:TimestampAnchor",
    "evm": "ledger.anchors.evm:EvmAnchor",
    "program": "ledger.anchors.program:ProgramAnchor",
}


class AnchorFailed(Exception):
    """The checkpoint could not be published now; try again later."""


class AnchorInvalid(ValueError):
    """The receipt does not prove that this checkpoint was published there."""


class Driver(Protocol):
    """A place where checkpoints are published. `note` is a signed note; what is anchored is its text, or all of it."""

    def publish(self, note: str, *, at: datetime) -> Receipt:
        """Publish and return the receipt, plain JSON. :raises AnchorFailed: not now"""

    def verify(self, note: str, receipt: Mapping[str, Any]) -> datetime | None:
        """Return when it was published, None where the place knows no time. :raises AnchorInvalid: it was not"""


class UnknownDriver(ValueError):
    """The settings name a driver that does not exist, or leave out what it needs."""


def driver(settings: Mapping[str, Any]) -> Driver:
    """Return the driver that the settings `{"driver": name, …}` describe.

    :raises UnknownDriver: no such driver, or a setting too many or too few
    """
    given = dict(settings)
    try:
        module, name = DRIVERS[given.pop("driver", "")].split(":")
        made: Driver = getattr(import_module(module), name)(**given)
    except (KeyError, TypeError, ImportError) as error:
        raise UnknownDriver(f"anchor {dict(settings)}: {error}") from error
    return made
