"""Vectors that are not whole files to open: primitives, releases, tenders a client must refuse before encrypting."""

import copy
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


LEAVES = [bytes([n]) * n for n in range(9)]
PADDED = (8, 9, 100, 1000, 65527, 65528, 65529, 10**6, (1 << 20) - 8, 1 << 20, 123456789, (1 << 32) - 1)
VALUES = [
    {"b": 1, "a": [True, None, "x"]},
    {"text": '\u62a5\u4ef7 "\\\b\f\n\r\t\u0001\u007f'},
    {"n": (1 << 53) - 1, "m": -1},
]
HPKE_RFC9180_A3 = {
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "private": "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
    "enc": "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac"
    "98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
    "aad": "436f756e742d30",
    "plaintext": "4265617574792069732074727574682c20747275746820626561757479",
    "ciphertext": "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
}
SHAMIR = {
    "coefficients": "f(x) = s + x^127 * x in both halves, s = 00112233445566778899aabbccddeeff",
    "secret": "00112233445566778899aabbccddeeff" * 2,
    "shares": {"1": "80112233445566778899aabbccddeeff" * 2, "2": "00112233445566778899aabbccddee78" * 2},
}


def primitives(cast):
    write(
        "primitives",
        {
            "description": "known answers; HPKE is RFC 9180 A.3 (AES-128-GCM) for the KEM and key schedule",
            "kind": "primitives",
            "roots": [{"leaves": n, "root": root_of_first(n)} for n in range(1, 10)],
            "root_leaf": "leaf i (from 0) is the byte i repeated i times, hashed with 0x00 before it",
            "padding": [
                {"envelope": e, "data": n, "padded": padded_length(e, n)} for e in ("whole", "price") for n in PADDED
            ],
            "canonical": [{"value": value, "canonical": b64(canonical.dumps(value))} for value in VALUES],
            "hkdf": hkdf(),
            "hpke_rfc9180_a3": HPKE_RFC9180_A3,
            "shamir": SHAMIR,
            "statement": statement(cast),
        },
    )


def root_of_first(count):
    return root_of(SUITE, [leaf_hash(SUITE, leaf) for leaf in LEAVES[:count]]).hex()


def hkdf():
    ikm, salt, info = secret("ikm"), secret("salt"), b"info"
    return {"ikm": ikm.hex(), "salt": salt.hex(), "info": info.hex(), "okm": SUITE.hkdf(ikm, salt, info).hex()}


def statement(cast):
    kind, body = "test.note", {"b": 2, "a": "\u62a5"}
    return {"kind": kind, "body": body, "signed": sign_statement(cast.agency, kind, body)}


def releases(cast):
    bid, own, third = make(cast), cast.bidder, cast.custodians[2]
    release("bidder", "the bidder's own share", "releases", bid, {"key": key_body(own)}, holder=own)
    release("custodian", "the third custodian's share", "releases", bid, {"key": key_body(third)}, holder=third)
    release("stranger", "a key that is no recipient", "recipient", bid, {"key": key_body(cast.rival)})
    locked = key_body(own, passphrase="correct horse")
    right, wrong = ({"key": locked, "passphrase": words} for words in ("correct horse", "wrong horse"))
    release("passphrase", "a key file under a passphrase", "releases", bid, right, holder=own)
    release("wrong-passphrase", "another passphrase", "key", bid, wrong)
    swapped_wrap(cast, bid)


def release(name, description, outcome, bid, key, *, holder=None):
    """`key` has the key file and its passphrase, if any; `holder` is whose share comes out."""
    body = {"kind": "release", "file": b64(bid.data()), "description": description} | key | {"outcome": outcome}
    if holder is not None:
        body["share"] = release_share(bid.header, bid.digest, holder).body()
    write(f"release-{name}", body)


def swapped_wrap(cast, bid):
    def swap(body):
        body["wraps"][1]["ct"], body["wraps"][2]["ct"] = body["wraps"][2]["ct"], body["wraps"][1]["ct"]

    body = {"kind": "release", "description": "two wraps are swapped", "file": b64(bid.with_header(swap).data())}
    write("release-swapped-wrap", body | {"key": key_body(cast.custodians[0]), "outcome": "unwrap"})


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


def fifth(body):
    body["policy"]["join"] = "all"
    body["policy"]["groups"] = body["policy"]["groups"][1:]


def other_attestation(body):
    body["recipients"][1]["attestation"] = body["recipients"][2]["attestation"]


# name → description, outcome, change of an accepted tender's JSON
TENDERS = {
    "tender-accepted": ("signed by the agency, all keys certified", "accepted", lambda body: None),
    "tender-unsigned": ("no signature of the agency", "parameters", lambda body: body.pop("parameters")),
    "tender-signature-broken": (
        "the signed body was altered",
        "parameters",
        lambda body: body["parameters"]["body"].update(amendment=1),
    ),
    "tender-other-deadline": (
        "another deadline than the signed one",
        "parameters",
        lambda body: body.update(deadline="2029-12-31T00:00:00Z"),
    ),
    "tender-fifth-policy": ("all of custodians alone", "policy", fifth),
    "tender-unknown-member": ("an unknown member", "tender", lambda body: body.update(extra=1)),
    "tender-attestation-broken": ("a recipient's attestation does not verify", "recipients", other_attestation),
}
# name → description, outcome, place among the recipients, word and organisation of the key put there
SEATED = {
    "tender-other-bidder-key": (
        "group bidder is not the key of this machine",
        "policy",
        (0, "stranger", "STRANGER-1"),
    ),
    "tender-other-custodian": (
        "the server put in another certified custodian",
        "parameters",
        (1, "operator", "OPERATOR-1"),
    ),
}


def tenders(cast):
    tender = cast.tender()
    good = write_tender(replace(tender, parameters=signed(cast, tender)))
    for name, (description, outcome, change) in TENDERS.items():
        body = copy.deepcopy(good)
        change(body)
        write_case(cast, name, description, outcome, body)
    for name, (description, outcome, seat) in SEATED.items():
        other = replace(seated(cast, tender, *seat), parameters=signed(cast, tender))
        write_case(cast, name, description, outcome, write_tender(other))
    twin = seated(cast, tender, 2, "centre twin", "CENTRE")
    body = write_tender(replace(twin, parameters=signed(cast, twin)))
    description = "two custodians of one organisation"
    write_case(cast, "tender-one-organisation-twice", description, "recipients", body)


def write_case(cast, name, description, outcome, tender):
    body = {"kind": "tender", "description": description, "outcome": outcome, "tender": tender}
    write(name, body | {"key": key_body(cast.bidder), "trust": [b64(cast.root)]})


def seated(cast, tender, place, word, organisation):
    """The tender with another certified key in a recipient's place."""
    old, new = tender.recipients[place], cast.keys(word, organisation).public

    def swap(rows, out, into):
        return tuple(into if row == out else row for row in rows)

    groups = tuple(group._replace(recipients=swap(group.recipients, old.kid, new.kid)) for group in tender.groups)
    return replace(tender, groups=groups, recipients=swap(tender.recipients, old, new))
