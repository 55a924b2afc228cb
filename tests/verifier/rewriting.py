"""What a platform that cheats at the time would do: the rest of the history follows from the cheat, honestly.

Draws use the true heads, custodians sign the heads that they are shown, the evaluation is made of what is left.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path

from ledger import tree
from sealing import canonical
from sealing.statements import sign_statement
from tendering.bundle import form
from tendering.rules import draws
from tests.verifier.forge import Forgery, Row
from verifier.case import drawn_in

LIVES = 3  # a draw's head, its result, and what later draws take from it


def live(bundle: Forgery) -> None:
    """Let everything after the cheat happen on its history."""
    for _ in range(LIVES):
        bundle.rebuild_log()
        for row in bundle.entries:
            _draw_again(bundle, row)
    for _size, name, place in sorted(_releases(bundle)):
        bundle.rebuild_log()
        _sign_again(bundle, name, place)
    bundle.rebuild_log()


def _head(bundle: Forgery, size: int) -> str:
    return tree.root(bundle.leaves()[:size]).hex()


def _draw_again(bundle: Forgery, row: Row) -> None:
    payload = row["body"]["payload"]
    if row["body"]["kind"] == "draw.opened":
        payload["checkpoint"]["root"] = _head(bundle, payload["checkpoint"]["size"])
    record = drawn_in(row["body"]["kind"], payload)
    if record is not None:
        record["checkpoint"]["root"] = _head(bundle, record["checkpoint"]["size"])
        record["result"] = draws.recompute(record)


def _releases(bundle: Forgery) -> list[tuple[int, str, int]]:
    """The custodians' releases: the size of the head that each saw, its member and place."""
    return [
        (row["statement"]["body"]["ledger_head"]["size"], name, place)
        for name in bundle.members
        if name.endswith(form.SHARES)
        for place, row in enumerate(bundle.load(name)["releases"])
        if row["statement"]
    ]


def _sign_again(bundle: Forgery, name: str, place: int) -> None:
    keys = {one.kid: one for one in bundle.platform.custodians}
    shares = bundle.load(name)
    release = shares["releases"][place]
    body = release["statement"]["body"]
    body["ledger_head"]["root"] = _head(bundle, body["ledger_head"]["size"])
    release["statement"] = sign_statement(keys[release["kid"]], "share.released", body)
    said = hashlib.sha256(canonical.dumps(release["statement"])).hexdigest()
    for row in bundle.of_kind("share.released"):
        payload = row["body"]["payload"]
        if (payload["bid_digest"], payload["kid"]) == (body["bid_digest"], release["kid"]):
            payload["statement_sha256"] = said
    bundle.store(name, shares)


def received(bundle: Forgery, digest: str) -> Row:
    """The entry that received a bid."""
    rows = bundle.of_kind("bid.received")
    return next(row for row in rows if row["body"]["payload"]["bid_digest"] == digest)


def unopened(bundle: Forgery, digest: str, *, state: str = "received") -> None:
    """An opened bid was never opened nor evaluated; with another state it does not stand at the closing either."""
    for row in [row for kind in ("share.released", "bid.opened") for row in bundle.of_kind(kind)]:
        if row["body"]["payload"]["bid_digest"] == digest:
            bundle.entries.remove(row)
    bundle.members.pop(bundle.bid(digest, form.SHARES), None)
    bundle.payload("opening.finished")["opened"] -= 1
    rows = bundle.payload("lot.closed")["bids"]
    next(row for row in rows if row["bid_digest"] == digest)["state"] = state
    if state != "received":
        bundle.members.pop(bundle.bid(digest, form.SEALED), None)


def unevaluated(bundle: Forgery, digest: str) -> None:
    """Sheets, report, candidates, result and award are made anew without a bid; then the rest of history follows."""
    live(bundle)
    for row in bundle.of_kind("sheet.submitted"):
        row["body"]["payload"]["marks"].pop(digest, None)
        bundle.settle_marks(row)
    content = bundle.payload("report.drafted")["content"]
    for name in ("bids", "valid", "recommended"):
        content[name] = [one for one in content[name] if one != digest]
    bundle.reevaluate()
    bundle.rebuild_log()


def slip_in(bundle: Forgery, body: Row, index: int, at: str) -> None:
    """Put an entry at a place that another lot's entry had."""
    bundle.entries.append({**copy.deepcopy(bundle.entries[0]), "body": body, "index": index, "at": at})
    bundle.entries.sort(key=lambda row: row["index"])


def receipted_again(bundle: Forgery, digest: str, **said: object) -> None:
    """The platform signs a bid's receipt anew, saying something else."""
    name = bundle.bid(digest, form.RECEIPT)
    receipt = bundle.load(name)
    receipt["statement"] = bundle.statement("bid.receipt", receipt["statement"]["body"] | said)
    bundle.store(name, receipt)


def moved_receipt(bundle: Forgery, digest: str) -> None:
    """A receipt's evidence follows its entry to another index."""
    name, index = bundle.bid(digest, form.RECEIPT), received(bundle, digest)["index"]
    receipt = bundle.load(name)
    receipt["evidence"] |= {"index": index, "size": index + 1}
    bundle.store(name, receipt)


def held(bundle: Forgery, folder: Path, *digests: str) -> list[str]:
    """The options with which bidders bring the receipts that this history gave them, in the ledger's own form."""
    return [option for digest in digests for option in ("--receipt", str(_kept(bundle, folder, digest)))]


def _kept(bundle: Forgery, folder: Path, digest: str) -> Path:
    evidence = bundle.load(bundle.bid(digest, form.RECEIPT))["evidence"]
    index, size, leaves = evidence["index"], evidence["size"], bundle.leaves("sm3")
    path = tree.inclusion_path(leaves[:size], index, tree.HASHES["sm3"])
    more = {"v": 1, "revealed": {}, "cosignatures": [], "timestamps": [], "leaf_sm3": leaves[index].hex()}
    file = folder / f"{digest}.json"
    file.write_text(json.dumps(evidence | more | {"path_sm3": [node.hex() for node in path]}))
    return file
