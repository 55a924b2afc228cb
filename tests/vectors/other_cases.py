"""Vectors that are not whole files to open: primitives, releases, tenders a client must refuse before encrypting."""

import json
from dataclasses import replace

from sealing import canonical
from sealing.keys import key_body
from sealing.padding import padded_length
from sealing.parameters import Parameters, sign_parameters
from sealing.release import release_share
from sealing.statements import sign_statement
from sealing.tender import write_tender
from suites.merkle import leaf_hash, root_of
from tests.vectors.file_cases import make
from tests.vectors.make_vectors import DEADLINE, SUITE, Cast, b64, secret, write


def write_all(cast: Cast) -> None:
    primitives(cast)
    releases(cast)
    tenders(cast)


def primitives(cast):
    leaves = [bytes([n]) * n for n in range(9)]
    pads = (8, 9, 100, 1000, 65527, 65528, 65529, 10**6, (1 << 20) - 8, 1 << 20, 123456789, (1 << 32) - 1)
    values = [
        {"value": {"b": 1, "a": [True, None, "x"]}, "canonical": None},
        {"value": {"text": '\u62a5\u4ef7 "\\\b\f\n\r\t\u0001\u007f'}, "canonical": None},
        {"value": {"n": (1 << 53) - 1, "m": -1}, "canonical": None},
    ]
    for row in values:
        row["canonical"] = b64(canonical.dumps(row["value"]))
    write(
        "primitives",
        {
            "description": "known answers; HPKE is RFC 9180 A.3 (AES-128-GCM) for the KEM and key schedule",
            "kind": "primitives",
            "roots": [
                {"leaves": n, "root": root_of(SUITE, [leaf_hash(SUITE, leaf) for leaf in leaves[:n]]).hex()}
                for n in range(1, 10)
            ],
            "root_leaf": "leaf i (from 0) is the byte i repeated i times, hashed with 0x00 before it",
            "padding": [
                {"envelope": e, "data": n, "padded": padded_length(e, n)} for e in ("whole", "price") for n in pads
            ],
            "canonical": values,
            "hkdf": {
                "ikm": secret("ikm").hex(),
                "salt": secret("salt").hex(),
                "info": b"info".hex(),
                "okm": SUITE.hkdf(secret("ikm"), secret("salt"), b"info").hex(),
            },
            "hpke_rfc9180_a3": {
                "info": "4f6465206f6e2061204772656369616e2055726e",
                "private": "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
                "enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac"
                "98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
                "aad": "436f756e742d30",
                "plaintext": "4265617574792069732074727574682c20747275746820626561757479",
                "ciphertext": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836"
                "d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
            },
            "shamir": {
                "coefficients": "f(x) = s + x^127 * x in both halves, s = 00112233445566778899aabbccddeeff",
                "secret": "00112233445566778899aabbccddeeff" * 2,
                "shares": {"1": "80112233445566778899aabbccddeeff" * 2, "2": "00112233445566778899aabbccddee78" * 2},
            },
            "statement": {
                "kind": "test.note",
                "body": {"b": 2, "a": "\u62a5"},
                "signed": sign_statement(cast.agency, "test.note", {"b": 2, "a": "\u62a5"}),
            },
        },
    )


def releases(cast):
    bid = make(cast)
    own = release_share(bid.header, bid.digest, cast.bidder)
    third = release_share(bid.header, bid.digest, cast.custodians[2])
    base = {"kind": "release", "file": b64(bid.data())}
    write(
        "release-bidder",
        base
        | {
            "description": "the bidder's own share",
            "key": key_body(cast.bidder),
            "outcome": "releases",
            "share": own.body(),
        },
    )
    write(
        "release-custodian",
        base
        | {
            "description": "the third custodian's share",
            "key": key_body(cast.custodians[2]),
            "outcome": "releases",
            "share": third.body(),
        },
    )
    write(
        "release-stranger",
        base | {"description": "a key that is no recipient", "key": key_body(cast.rival), "outcome": "recipient"},
    )
    locked = key_body(cast.bidder, passphrase="correct horse")
    write(
        "release-passphrase",
        base
        | {
            "description": "a key file under a passphrase",
            "key": locked,
            "passphrase": "correct horse",
            "outcome": "releases",
            "share": own.body(),
        },
    )
    write(
        "release-wrong-passphrase",
        base | {"description": "another passphrase", "key": locked, "passphrase": "wrong horse", "outcome": "key"},
    )
    body = json.loads(bid.header.raw)
    body["wraps"][1]["ct"], body["wraps"][2]["ct"] = body["wraps"][2]["ct"], body["wraps"][1]["ct"]
    from sealing.header import parse_header

    bid.finish(parse_header(canonical.dumps(body)))
    write(
        "release-swapped-wrap",
        {
            "kind": "release",
            "description": "two wraps are swapped",
            "file": b64(bid.data()),
            "key": key_body(cast.custodians[0]),
            "outcome": "unwrap",
        },
    )


def signed(cast, tender, **changes):
    custodians = next((group for group in tender.groups if group.name == "custodians"), None)
    parameters = Parameters(
        tender=tender.tender,
        lot=tender.lot,
        envelopes=("whole",),
        suite=tender.suite.name,
        deadline=DEADLINE,
        document_hash=tender.document_hash,
        policy=tender.policy,
        custodians=custodians.recipients if custodians else (),
        threshold=custodians.threshold if custodians else 0,
    )
    return sign_parameters(cast.agency, replace(parameters, **changes))


def tenders(cast):
    tender = cast.tender()
    good = write_tender(replace(tender, parameters=signed(cast, tender)))

    def emit(name, description, outcome, body):
        write(
            name,
            {
                "kind": "tender",
                "description": description,
                "outcome": outcome,
                "tender": body,
                "key": key_body(cast.bidder),
                "trust": [b64(cast.root)],
            },
        )

    def changed(change):
        body = json.loads(json.dumps(good))
        change(body)
        return body

    def altered_statement(body):
        body["parameters"]["body"]["amendment"] = 1

    def fifth(body):
        body["policy"]["join"] = "all"
        body["policy"]["groups"] = body["policy"]["groups"][1:]

    emit("tender-accepted", "signed by the agency, all keys certified", "accepted", good)
    emit("tender-unsigned", "no signature of the agency", "parameters", changed(lambda b: b.pop("parameters")))
    emit("tender-signature-broken", "the signed body was altered", "parameters", changed(altered_statement))
    emit(
        "tender-other-deadline",
        "another deadline than the signed one",
        "parameters",
        changed(lambda b: b.update(deadline="2029-12-31T00:00:00Z")),
    )
    emit("tender-fifth-policy", "all of custodians alone", "policy", changed(fifth))
    emit("tender-unknown-member", "an unknown member", "tender", changed(lambda b: b.update(extra=1)))
    emit(
        "tender-attestation-broken",
        "a recipient's attestation does not verify",
        "recipients",
        changed(lambda b: b["recipients"][1].update(attestation=b["recipients"][2]["attestation"])),
    )
    own = cast.keys("stranger", "STRANGER-1")
    swapped = replace(
        tender,
        groups=(tender.groups[0]._replace(recipients=(own.kid,)), tender.groups[1]),
        recipients=(own.public, *tender.recipients[1:]),
    )
    emit(
        "tender-other-bidder-key",
        "group bidder is not the key of this machine",
        "policy",
        write_tender(replace(swapped, parameters=signed(cast, tender))),
    )
    served = cast.keys("operator", "OPERATOR-1")
    group = tender.groups[1]
    others = replace(
        tender,
        groups=(tender.groups[0], group._replace(recipients=(served.kid, *group.recipients[1:]))),
        recipients=(tender.recipients[0], served.public, *tender.recipients[2:]),
    )
    emit(
        "tender-other-custodian",
        "the server put in another certified custodian",
        "parameters",
        write_tender(replace(others, parameters=signed(cast, tender))),
    )
    twin = cast.keys("centre twin", "CENTRE")
    same = replace(
        tender,
        groups=(tender.groups[0], group._replace(recipients=(group.recipients[0], twin.kid, group.recipients[2]))),
        recipients=(tender.recipients[0], tender.recipients[1], twin.public, tender.recipients[3]),
    )
    emit(
        "tender-one-organisation-twice",
        "two custodians of one organisation",
        "recipients",
        write_tender(replace(same, parameters=signed(cast, same))),
    )
