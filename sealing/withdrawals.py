"""A bidder's signed word that it takes a bid back before the deadline 撤回: without it nobody can end a bid so.

The statement names the bid and no instant: that it came in time, the log's entry says, which names the statement.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sealing import canonical
from sealing.canonical import Json
from sealing.checks import refuse
from sealing.fields import check_fields, is_code, is_hash, one
from sealing.inspect import inspect_bid
from sealing.keys import OwnKeys
from sealing.statements import Signer, Statement, sign_statement, verify_statement
from suites import Reason, Refused
from suites.paths import check_signer

KIND = "bid.withdrawal"
FIELDS = {"v": one, "lot": is_code, "bid_digest": is_hash}


def sign_withdrawal(signer: Signer, *, lot: str, bid_digest: str) -> dict[str, Json]:
    """Return the signed withdrawal of a bid; `bid_digest` is 64 hex digits."""
    return sign_statement(signer, KIND, {"v": 1, "lot": lot, "bid_digest": bid_digest})


def withdrawal_of(file: Path, keys: OwnKeys) -> dict[str, Json]:
    """Return the signed withdrawal of the bid in a sealed file, which the platform may have or not.

    :raises Refused: the file is no sealed bid, or `signer`: the key has no certificate of its bidder in its suite
    """
    layout = inspect_bid(file)
    bound = layout.header.binding
    found = _uncertified(keys) or check_signer(list(keys.certificates), bound.bidder)
    if keys.suite.name != bound.suite_name:
        found.append(Reason("signer", f"the key is of suite {keys.suite.name}, the tender of {bound.suite_name}"))
    refuse(found)
    return sign_withdrawal(keys, lot=bound.lot, bid_digest=layout.detached.bid_digest)


def withdrawal_named(lot: str, bid_digest: str, keys: OwnKeys) -> dict[str, Json]:
    """Return the signed withdrawal of a bid whose sealed file was not kept, as lot and digest name it on the platform.

    Blanks in the digest, which people copy in groups, do not count.

    :raises Refused: `statement`: that is no lot's code or no digest; `signer`: the key has no certificate
    """
    code, digest = lot.strip(), "".join(bid_digest.split()).lower()
    refuse(check_fields("statement", KIND, {"v": 1, "lot": code, "bid_digest": digest}, FIELDS) + _uncertified(keys))
    return sign_withdrawal(keys, lot=code, bid_digest=digest)


def _uncertified(keys: OwnKeys) -> list[Reason]:
    return [] if keys.certificates else [Reason("signer", "the key file holds no certificate")]


def verify_withdrawal(
    statement: Json,
    *,
    lot: str,
    bid_digest: str,
    suite: str,
    bidder: str | None,
    roots: list[bytes] | None = None,
    at: datetime | None = None,
) -> Statement:
    """Return a withdrawal of this very bid, signed with any certificate of its bidder (`None`: whoever that is).

    `suite` is the lot's, so that who trusts its roots can judge everything of the lot. With pinned roots the
    certificate's path is judged at `at`, the instant of the withdrawal.

    :raises Refused: `statement`, `certificates`, `path`, `validity`, `revoked`, `crl`, `signer`
    """
    named = statement.get("suite") if isinstance(statement, dict) else None
    if named != suite:  # before anything is computed
        raise Refused([Reason("statement", f"the withdrawal is signed under {named}, not {suite}")])
    verified = verify_statement(statement, KIND, roots=roots, at=at)
    found = check_fields("statement", KIND, verified.body, FIELDS)
    if not found and (verified.body["lot"], verified.body["bid_digest"]) != (lot, bid_digest):
        found = [Reason("statement", "the withdrawal names another bid")]
    if bidder is not None:
        found += check_signer(list(verified.certificates), bidder)
    refuse(found)
    return verified


def name_of(statement: Mapping[str, Json]) -> str:
    """Return the hash that the log names a statement by: SHA-256 over its canonical form, hex."""
    return hashlib.sha256(canonical.dumps(dict(statement))).hexdigest()
