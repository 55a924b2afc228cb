"""Attacks on wraps, shares, keys and contents of a sealed bid, and on what it is sealed for, each for one check."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealing import open as open_module
from sealing import release, seal, shares, trailer, unpack
from sealing.canonical import dumps
from sealing.header import Header, parse_header
from sealing.keys import OwnKeys
from sealing.padding import padded_length
from sealing.policy import Group
from sealing.release import release_share
from sealing.statements import sign_statement, verify_statement
from sealing.tender import check_tender, read_tender, write_tender
from suites import Reason, Refused
from suites.shamir import value_at
from tests.sealing.attacks import LETTER, Attack, opening, plain, rebound, said, told_trailer
from tests.vectors.deep_cases import dealt, padding_spoilt
from tests.vectors.make_vectors import (
    DEADLINE,
    Bid,
    Cast,
    b64,
    manifest_of,
    padded,
    secret,
    zip_of,
)
from tests.vectors.other_cases import signed


def other_lot(cast: Cast, folder: Path) -> str:
    """A bid for one lot is handed in for another."""
    bid = plain(cast)
    reasons = trailer.check_binding(bid.header, {"lot": "E4420000001-002"})
    return said(Refused(reasons)) if reasons else opening(bid, folder)


def released(header: Header, digest: str, holder: OwnKeys) -> str:
    try:
        release_share(header, digest, holder)
    except Refused as refused:
        return said(refused)
    return "released"


def stranger(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    return released(bid.header, bid.digest, cast.rival)


def copied_wrap(cast: Cast, folder: Path) -> str:
    """A rival puts the victim's wrap into a bid of its own that opens earlier, and has the custodian open it there."""
    victim, rival = plain(cast, "custodians"), plain(cast, "custodians")
    body = json.loads(rival.header.raw)
    body["binding"]["lot"] = "E4420000001-002"
    body["wraps"][0] = json.loads(victim.header.raw)["wraps"][0]
    rival.finish(parse_header(dumps(body)))
    outcome = released(rival.header, rival.digest, cast.custodians[0])
    if outcome != "released":
        return outcome
    mine, true = (release_share(bid.header, bid.digest, cast.custodians[0]).share for bid in (rival, victim))
    return "the victim's share is out" if mine == true else "another share"


def loose_wraps(patch: pytest.MonkeyPatch) -> None:
    for module in (seal, release):
        patch.setattr(module, "wrap_context", lambda *_: bytes(32))


def of_another_bid(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    rows = [row | {"bid_digest": secret("bid").hex()} for row in bid.shares(cast.bidder)]
    return opening(bid, folder, rows=rows).removesuffix("+threshold")


def lying_custodian(cast: Cast, folder: Path) -> str:
    bid = plain(cast, "custodians")
    rows = bid.shares(*cast.custodians[:2])
    outcome = opening(bid, folder, rows=[rows[0], rows[1] | {"share": b64(secret("lie"))}])
    return outcome.removesuffix("+threshold")


def off_the_line(cast: Cast, folder: Path) -> str:
    """The bidder decides afterwards, through the custodians that it knows, whether its bid can be opened."""
    bid = dealt(cast, "off")
    return opening(bid, folder, rows=bid.shares(*cast.custodians[:2])).removesuffix("+threshold")


def trusting_solve(header: Header, group: Group, points: dict[int, bytes], findings: list[Reason]) -> bytes | None:
    return value_at(0, dict(sorted(points.items())[: group.threshold])) if points else None


def trust_points(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shares, "_solve", trusting_solve)


def one_of_two(cast: Cast, folder: Path) -> str:
    bid = plain(cast, "custodians")
    return opening(bid, folder, rows=bid.shares(cast.custodians[0]))


def other_key(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    bid.with_header(lambda body: body.update(commitment=secret("another key").hex()))
    return opening(bid, folder)


def blind_commitment(patch: pytest.MonkeyPatch) -> None:
    true = shares.derive_for
    patch.setattr(shares, "derive_for", lambda head, key: true(head, key)._replace(commitment=head.commitment))


def forged_mac(cast: Cast, folder: Path) -> str:
    """Whoever may sign, but does not hold the file key, spoils a custodian's wrap and signs again."""
    return opening(told_trailer(plain(cast), mac=secret("mac")), folder)


def altered_chunk(cast: Cast, folder: Path) -> str:
    bid = plain(cast)
    chunk = bytearray(bid.chunks[0])
    chunk[len(chunk) // 2] ^= 1
    bid.chunks[0] = bytes(chunk)
    return opening(bid.finish(bid.header), folder)


def over_padded(cast: Cast, folder: Path) -> str:
    """More padding than the rule: room for a second letter, chosen after the first."""
    bid = plain(cast)
    more = padded_length("whole", 4 * len(bid.plaintext))
    body = json.loads(bid.header.raw)
    body["binding"]["padded_length"] = more
    bid.plaintext = bid.plaintext.ljust(more, b"\x00")
    bid.header = parse_header(dumps(body))
    return opening(rebound(bid), folder)


def any_length(patch: pytest.MonkeyPatch) -> None:
    class Every(int):
        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = int.__hash__

    patch.setattr(open_module, "padded_length", lambda *_: Every())


def with_plaintext(make: Callable[[Any, Any], bytes]) -> Attack:
    def attack(cast: Cast, folder: Path) -> str:
        told = cast.tender("bidder")
        return opening(Bid(cast, told, make(told, cast), files={}), folder)

    return attack


def listed(cast: Cast, entries: list[tuple[str, bytes]]) -> bytes:
    rows = [
        {"name": name, "size": len(data), "hash": cast.suite.hash(data).hex(), "role": "attachment"}
        for name, data in entries
    ]
    return dumps({"v": 1, "fields": {}, "files": rows})


def hidden_in_padding(told: Any, cast: Cast) -> bytes:
    return padding_spoilt(told, manifest_of([]), LETTER) if cast.suite.name == "INTL-1" else _padding(told, cast)


def _padding(told: Any, cast: Cast) -> bytes:
    for extra in range(200):
        files = [("letter.txt", b"." * extra)]
        data = zip_of([("manifest.json", listed(cast, files)), *files])
        if len(whole := padded(told, data)) > 8 + len(data):
            return whole[:-1] + b"\x01"
    raise AssertionError("no length with padding found")


def traversal(cast: Cast, folder: Path) -> str:
    files = [("../evil", b"x")]
    told = cast.tender("bidder")
    bid = Bid(cast, told, padded(told, zip_of([("manifest.json", manifest_of([])), *files])), files={})
    outcome = opening(bid, folder)
    return "written outside" if (folder / "evil").exists() else outcome


def no_names(patch: pytest.MonkeyPatch) -> None:
    for name in ("check_name", "check_names"):
        patch.setattr(unpack, name, lambda *_: "")


def unlisted(told: Any, cast: Cast) -> bytes:
    return padded(told, zip_of([("manifest.json", listed(cast, [])), *LETTER]))


def unheeded_manifest(patch: pytest.MonkeyPatch) -> None:
    true = open_module.unpack

    def lenient(*arguments: Any, **named: Any) -> Any:
        done = true(*arguments, **named)
        done.reasons = [reason for reason in done.reasons if reason.check != "manifest"]
        return done

    patch.setattr(open_module, "unpack", lenient)


def accepted(body: Any, cast: Cast, own: OwnKeys | None = None) -> str:
    try:
        found = check_tender(read_tender(body), (own or cast.bidder).public, roots=[cast.root])
    except Refused as refused:
        return said(refused)
    return said(Refused(found)) if found else "accepted"


def tender_body(cast: Cast) -> dict:
    told = cast.tender()
    return write_tender(replace(told, parameters=signed(cast, told)))


def extra_member(cast: Cast, folder: Path) -> str:
    return accepted(tender_body(cast) | {"extra": 1}, cast)


def swapped_custodian(cast: Cast, folder: Path) -> str:
    """The server puts a certified organisation of its choice among the custodians."""
    told, own = cast.tender(), cast.keys("operator", "OPERATOR-1")
    group = told.groups[1]
    others = group._replace(recipients=(own.kid, *group.recipients[1:]))
    swapped = replace(
        told,
        groups=(told.groups[0], others),
        recipients=(told.recipients[0], own.public, *told.recipients[2:]),
        parameters=signed(cast, told),
    )
    return accepted(write_tender(swapped), cast)


def swapped_key(cast: Cast, folder: Path) -> str:
    """The server puts its own sealing key under a custodian's certificate; the agency named that kid by mistake."""
    told, centre, own = cast.tender(), cast.custodians[0].public, cast.keys("operator", "OPERATOR-1").public
    false = replace(centre, seal_public=own.seal_public)
    group = told.groups[1]._replace(recipients=(false.kid, *told.groups[1].recipients[1:]))
    swapped = replace(
        told, groups=(told.groups[0], group), recipients=(told.recipients[0], false, *told.recipients[2:])
    )
    return accepted(write_tender(replace(swapped, parameters=signed(cast, swapped))), cast)


def other_organisation(cast: Cast, folder: Path) -> str:
    """A key of another organisation seals in the bidder's name."""
    told, own = cast.tender(), cast.rival
    mine = told.groups[0]._replace(recipients=(own.kid,))
    swapped = replace(told, groups=(mine, told.groups[1]), recipients=(own.public, *told.recipients[1:]))
    return accepted(write_tender(replace(swapped, parameters=signed(cast, swapped))), cast, own)


def forged_statement(cast: Cast, folder: Path) -> str:
    statement = sign_statement(cast.agency, "bid.receipt", {"a": 1}) | {"body": {"a": 2}}
    try:
        verify_statement(statement, "bid.receipt", roots=[cast.root], at=DEADLINE)
    except Refused as refused:
        return said(refused)
    return "accepted"
