"""Columns of the ledger: JSON as the very bytes that are hashed; an entry's place."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from ledger.canonical import canonical, plain

if TYPE_CHECKING:
    Text = models.TextField[Any, Any]
    BigInteger = models.BigIntegerField[Any, Any]
else:
    Text = models.TextField
    BigInteger = models.BigIntegerField


class CanonicalField(Text):
    """Plain JSON, stored as its canonical text on every database.

    A database's own JSON type writes blanks and orders keys as it likes; this text can be hashed as it stands, which is
    what makes verifying a large ledger fast. It cannot be queried by key.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> Any:
        """Return the JSON value of the stored text."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> Any:
        """Return the canonical text. :raises ledger.canonical.NotCanonical: there is none"""
        return None if value is None else canonical(plain(value)).decode("utf-8")


class PlaceField(BigInteger):
    """An entry's index as primary key: 64 bits everywhere.

    SQLite keeps a table in the order of a key called `integer`, and needs a second tree for one called `bigint`.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """Return the type of the column."""
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)
