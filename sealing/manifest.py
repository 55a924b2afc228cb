"""`manifest.json`, the first file of every bid: the bid letter's structured fields and the list of files. Pure.

Prices are yuan strings with two decimals (rates and discounts likewise), named by `price_kind`.
"""

import re
from typing import NamedTuple

from sealing import canonical
from sealing.canonical import Json, NotCanonical
from sealing.fields import check_fields, is_hash, is_list, is_object, number, one
from sealing.machine import check_machine
from sealing.names import check_names
from suites import Reason, Refused

MOST_MANIFEST = 1 << 22
PRICE = re.compile(r"[0-9]+\.[0-9]{2}\Z")
PRICE_KINDS = ("total", "rate", "discount")
DEFAULT_ROLE = "attachment"
_ROLE = re.compile(r"[a-z][a-z0-9_-]{0,31}\Z")
_MANIFEST = {"v": one, "fields": is_object, "files": is_list}
_DAYS = number(1, 36_500)


def is_role(value: Json) -> bool:
    """A file's role, e.g. `letter`."""
    return isinstance(value, str) and _ROLE.match(value) is not None


_FILE = {
    "name": lambda value: isinstance(value, str),
    "size": number(0, (1 << 32) - 1),
    "hash": is_hash,
    "role": is_role,
}


class ListedFile(NamedTuple):
    """A file as the manifest lists it; `hash` is hex."""

    name: str
    size: int
    hash: str
    role: str


class Manifest(NamedTuple):
    """A parsed manifest; `machine` (`sealing.machine`) is None where the bidder's client did not tell it."""

    fields: dict[str, Json]
    files: list[ListedFile]
    machine: dict[str, Json] | None = None


def write_manifest(fields: dict[str, Json], files: list[ListedFile], machine: dict[str, Json] | None = None) -> bytes:
    """Return the canonical bytes.

    :raises Refused: `manifest`: a price, duration or person in another form, or fields without a canonical form
    """
    body: dict[str, Json] = {"v": 1, "fields": fields, "files": [file._asdict() for file in files]}
    try:
        data = canonical.dumps(body if machine is None else body | {"machine": machine})
    except NotCanonical as error:
        raise Refused([Reason("manifest", str(error))]) from error
    read_manifest(data)
    return data


def read_manifest(data: bytes) -> Manifest:
    """Return the manifest of its bytes.

    :raises Refused: `manifest`, with every failed condition
    """
    if len(data) > MOST_MANIFEST:
        raise Refused([Reason("manifest", "the manifest is larger than 4 MiB")])
    try:
        body = canonical.loads_canonical(data)
    except NotCanonical as error:
        raise Refused([Reason("manifest", str(error))]) from error
    told = isinstance(body, dict) and "machine" in body
    found = check_fields("manifest", "manifest", body, _MANIFEST | {"machine": is_object} if told else _MANIFEST)
    rows: list[Json] = body["files"] if isinstance(body, dict) and isinstance(body.get("files"), list) else []
    for place, row in enumerate(rows):
        found += check_fields("manifest", f"files[{place}]", row, _FILE)
    if found:
        raise Refused(found)
    found += check_letter(body["fields"])
    if told:
        found += check_machine(body["machine"]) + _nul_reasons("machine", body["machine"])
    if wrong := check_names([row["name"] for row in rows]):
        found.append(Reason("manifest", wrong))
    if found:
        raise Refused(found)
    return Manifest(body["fields"], [ListedFile(**row) for row in rows], body.get("machine"))


def check_letter(fields: Json) -> list[Reason]:
    """Return why the bid letter's fields are refused: NUL characters, prices, duration, key persons."""
    found = _nul_reasons("fields", fields) + _price_reasons("fields", fields)
    if "duration_days" in fields and not _DAYS(fields["duration_days"]):
        found.append(Reason("manifest", "fields.duration_days is not a number of days from 1 to 36,500"))
    persons = fields.get("key_persons", [])
    named = isinstance(persons, list) and all(
        isinstance(person, dict) and isinstance(person.get("name"), str) and isinstance(person.get("role"), str)
        for person in persons
    )
    if not named:
        found.append(Reason("manifest", "fields.key_persons is not a list of persons with name and role"))
    return found


def _nul_reasons(path: str, value: Json) -> list[Reason]:
    """A NUL stands in a text or a member's name: databases cannot hold it, and one such bid would stop an opening."""
    if isinstance(value, str):
        return [Reason("manifest", f"{path} has a NUL character")] if "\x00" in value else []
    if isinstance(value, list):
        return [reason for place, row in enumerate(value) for reason in _nul_reasons(f"{path}[{place}]", row)]
    if not isinstance(value, dict):
        return []
    named = [Reason("manifest", f"{path} has a member with a NUL character") for name in value if "\x00" in name]
    return named + [reason for name, member in value.items() for reason in _nul_reasons(f"{path}.{name}", member)]


def _price_reasons(path: str, value: Json) -> list[Reason]:
    """Wherever a member `price` stands, it and its kind have their forms."""
    if isinstance(value, list):
        return [reason for place, row in enumerate(value) for reason in _price_reasons(f"{path}[{place}]", row)]
    if not isinstance(value, dict):
        return []
    found = [reason for name, member in value.items() for reason in _price_reasons(f"{path}.{name}", member)]
    if "price" in value:
        price = value["price"]
        if not isinstance(price, str) or not PRICE.match(price):
            found.append(Reason("manifest", f"{path}.price is not like 1234.00"))
        if value.get("price_kind") not in PRICE_KINDS:
            found.append(Reason("manifest", f"{path}.price_kind is not total, rate or discount"))
    return found
