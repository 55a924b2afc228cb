"""What fuzzing has found, each kept as the smallest input that showed it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz.corpus import keys
from ledger import notes
from ledger.offline import Unreadable, read_receipt, verify_receipt
from sealing.release_rule import may_release
from suites import NAMES, suite_named
from suites.certificates import BadCertificate, facts_of, from_pem, issue_certificate, make_authority, make_crl
from suites.paths import check_structure
from suites.requests import BadRequest, read_request
from suites.revocation import BadCrl, crls_from_pem, read_crl
from suites.x509_reading import load

AT = datetime(2030, 1, 1, tzinfo=UTC)


def test_a_certificate_whose_issuer_cannot_be_parsed_is_refused() -> None:
    """`cryptography` parses names only when they are asked for, and raises ValueError then."""
    leaf = keys("release-bidder").certificates[0]
    issuer = load(leaf).issuer.public_bytes()
    broken = leaf.replace(issuer, issuer[:2] + b"\x54" + issuer[3:], 1)
    assert broken != leaf
    with pytest.raises(BadCertificate):
        facts_of(broken)
    assert [reason.check for reason in check_structure([broken, leaf], keys("release-bidder").suite)] == [
        "certificates"
    ]


def _in_its_second_form(make):
    """DER whose signature's last bit is 0, and the same with that bit counted as unused."""
    der, length = next(found for found in iter(make, None) if not found[0][-1] & 1)
    place = len(der) - length - 1
    assert der[place] == 0
    return der, der[:place] + b"\x01" + der[place + 1 :]


@pytest.mark.parametrize("suite", NAMES)
def test_a_certificate_and_a_list_have_no_second_form(suite: str) -> None:
    from fuzz.targets.certificates import END, START

    top = suite_named(suite).generate()
    authority = make_authority(top.private, common_name="Root", not_before=START, not_after=END, suite_name=suite)

    def leaf():
        der = issue_certificate(
            top.private, authority, public_key_spki=top.public, organisation_id="A", common_name="a",
            not_before=START, not_after=END,
        )  # fmt: skip
        return der, len(load(der).signature)

    def listed():
        der = make_crl(top.private, authority, (), number=1, this_update=START, next_update=END)
        return der, len(x509.load_der_x509_crl(der).signature)

    for make, read, refusal in ((leaf, load, BadCertificate), (listed, read_crl, BadCrl)):
        good, second = _in_its_second_form(make)
        read(good)
        with pytest.raises(refusal, match="canonical form"):
            read(second)


def test_a_certificate_request_of_another_version_is_refused() -> None:
    from fuzz.targets.certificates import _requests

    der = bytearray(_requests()[0])
    place = der.index(b"\x02\x01\x00")
    der[place + 2] = 59
    with pytest.raises(BadRequest):
        read_request(bytes(der))


def test_a_certificate_or_list_of_another_version_is_refused_as_pem_too() -> None:
    """`cryptography` raises InvalidVersion, which is no ValueError; the offline client met it in a package's root."""
    from fuzz.targets.certificates import _authorities, _pem

    certificate, _, listed = _authorities()["INTL-1"]
    version = b"\xa0\x03\x02\x01\x02"
    strange = certificate.replace(version, version[:-1] + b"\x28", 1)
    assert from_pem(_pem("CERTIFICATE", certificate)) == [certificate]
    with pytest.raises(BadCertificate):
        from_pem(_pem("CERTIFICATE", strange))
    place = listed.index(b"\x02\x01\x01")
    assert crls_from_pem(_pem("X509 CRL", listed)) == [listed]
    with pytest.raises(BadCrl):
        crls_from_pem(_pem("X509 CRL", listed[: place + 2] + b"\x28" + listed[place + 3 :]))


def test_an_entry_whose_kind_is_an_object_does_not_stop_a_custodian() -> None:
    from fuzz.targets.letters import _bid

    reasons = may_release(_bid(), None, [{"kind": {}, "payload": {}}], own_now=AT, skew=timedelta(seconds=5))
    assert "closing_set" in [reason.check for reason in reasons]


def test_a_signature_line_with_letters_beyond_ascii_is_refused() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    note = notes.signed("text\n", "log", key)
    with pytest.raises(notes.BadNote):
        notes.verified_text(note.replace("log ", "log é"), "log", notes.public_bytes(key.public_key()))


def test_a_pinned_key_has_one_form() -> None:
    public = notes.public_bytes(Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key())
    text = notes.verifier_key("log", public)
    assert notes.parsed_key(text) == ("log", public)
    name, key_id, material = text.split("+", 2)
    for other in (
        f"{name}+{key_id.upper()}+{material}",
        f"{name}+{key_id}+{material[:-1]}{chr(ord(material[-1]) + 1)}",
    ):
        if other != text:
            with pytest.raises(notes.BadNote):
                notes.parsed_key(other)


def test_a_receipt_has_one_form_of_its_hashes() -> None:
    from fuzz.targets.ledger import PINNED, _receipts

    receipt = json.loads(_receipts()[0])
    assert verify_receipt(receipt, PINNED).good
    node = next(node for node in receipt["path"] if node != node.upper())
    for other in (node.upper(), f"{node[:2]} {node[2:]}"):
        spelled = receipt | {"path": [other if one == node else one for one in receipt["path"]]}
        assert not verify_receipt(spelled, PINNED).good
        with pytest.raises(Unreadable):
            read_receipt(json.dumps(spelled).encode())
    for strange in (7, None, {}, [7], "00"):
        for name in ("path", "salt"):
            with pytest.raises(Unreadable):
                read_receipt(json.dumps(receipt | {name: strange}).encode())
