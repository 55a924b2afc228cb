"""Certificates and revocation lists of both suites, one failure per reason, and OpenSSL as an independent reader."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1
from asn1crypto.core import OctetBitString, ParsableOctetString
from cryptography import x509

from suites import NAMES, BadKey, KeyPair, suite_named
from suites.certificates import (
    BadCertificate,
    RevokedCertificate,
    facts_of,
    from_pem,
    issue_certificate,
    load,
    make_authority,
    make_crl,
    self_signed,
    to_pem,
)
from suites.paths import check_path, check_signer, check_structure
from suites.revocation import BadCrl, Trust, crl_to_pem, crls_from_pem, issued_by, overdue, read_crl
from suites.x509_signing import sign_der, signature_oid

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2051, 1, 1, tzinfo=UTC)
NOW, LATER = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)
USCC = "91442000MA4UX4JX4D"
DISTID = "distid:1234567812345678"


@dataclass(frozen=True)
class Hall:
    """A root and one organisation certified by it, of one suite."""

    name: str
    ca: KeyPair
    own: KeyPair
    root: bytes
    leaf: bytes

    def crl(self, *entries: RevokedCertificate, number: int = 1, until: datetime = LATER) -> bytes:
        return make_crl(self.ca.private, self.root, entries, number=number, this_update=START, next_update=until)

    def revoking(self, at: datetime, **how: Any) -> bytes:
        entry = RevokedCertificate(facts_of(self.leaf).serial, at, x509.ReasonFlags.key_compromise)
        return self.crl(entry, **how)

    def resigned(self, change: Callable[[Any], None]) -> bytes:
        """The leaf with something changed before it was signed again by the root."""
        body = asn1.Certificate.load(self.leaf)["tbs_certificate"].copy()
        change(body)
        signature = OctetBitString(sign_der(self.name, self.ca.private, body.dump(force=True)))
        algorithm = {"algorithm": signature_oid(self.name)}
        parts = {"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": signature}
        return bytes(asn1.Certificate(parts).dump())


def make_hall(name: str) -> Hall:
    suite = suite_named(name)
    ca, own = suite.generate(), suite.generate()
    root = make_authority(ca.private, common_name="Root", not_before=START, not_after=END, suite_name=name)
    return Hall(name, ca, own, root, issued(ca, root, own))


def issued(ca: KeyPair, root: bytes, own: KeyPair, organisation: str = USCC) -> bytes:
    return issue_certificate(
        ca.private,
        root,
        public_key_spki=own.public,
        organisation_id=organisation,
        common_name="某公司",
        not_before=START,
        not_after=END,
    )


@pytest.fixture(scope="module", params=NAMES)
def hall(request: pytest.FixtureRequest) -> Hall:
    return make_hall(request.param)


def checks(reasons: list[Any]) -> list[str]:
    return [reason.check for reason in reasons]


def test_an_issued_certificate_says_whose_it_is_and_leads_to_its_root(hall: Hall) -> None:
    facts = facts_of(hall.leaf)
    assert (facts.organisation, facts.common_name, facts.suite) == (USCC, "某公司", hall.name)
    assert facts.public == hall.own.public
    assert (facts.not_before, facts.not_after) == (START, END), "years before and after 2050 have different encodings"
    suite = suite_named(hall.name)
    assert check_structure([hall.leaf, hall.root], suite) == []
    assert check_path([hall.leaf], [hall.root], NOW) == check_signer([hall.leaf], USCC) == []
    assert from_pem(to_pem(hall.leaf) + to_pem(hall.root)) == [hall.leaf, hall.root]


def test_one_failure_one_reason(hall: Hall) -> None:
    suite, other = suite_named(hall.name), make_hall(hall.name)
    assert checks(check_structure([hall.leaf, other.root], suite)) == ["certificates"]
    assert checks(check_path([hall.leaf], [other.root], NOW)) == ["path"]
    assert checks(check_path([hall.leaf], [hall.root], datetime(2025, 12, 31, tzinfo=UTC))) == ["validity", "validity"]
    assert checks(check_signer([hall.leaf], "91442000MA4UX4JX4E")) == ["signer"]
    forged = issued(hall.own, hall.leaf, suite.generate(), "VICTIM")
    assert check_structure([forged, hall.leaf], suite) == []
    assert set(checks(check_path([forged, hall.leaf], [hall.root], NOW))) == {"path"}
    flipped = bytearray(hall.leaf)
    flipped[-3] ^= 1
    assert checks(check_structure([bytes(flipped), hall.root], suite)) == ["certificates"]
    for data in (b"", b"garbage", hall.leaf + b"\x00", hall.leaf[:-1]):
        with pytest.raises(BadCertificate):
            load(data)


def test_a_chain_of_one_suite_is_none_of_the_other() -> None:
    first, second = make_hall("INTL-1"), make_hall("GM-1")
    assert checks(check_structure([first.leaf], suite_named("GM-1"))) == ["certificates"]
    assert checks(check_structure([second.leaf], suite_named("INTL-1"))) == ["certificates"]
    with pytest.raises(BadKey):
        issued(first.ca, first.root, second.own)
    with pytest.raises(BadKey):
        make_crl(second.ca.private, first.root, [], number=1, this_update=START, next_update=END)


@pytest.mark.parametrize("name", NAMES)
def test_a_self_signed_leaf_is_sound_but_trusted_by_nobody(name: str) -> None:
    suite, pair = suite_named(name), suite_named(name).generate()
    leaf = self_signed(pair.private, organisation_id=USCC, common_name=USCC, suite_name=name)
    assert check_structure([leaf], suite) == []
    assert checks(check_path([leaf], [make_hall(name).root], NOW)) == ["path"]


def usage(**bits: bool) -> bytes:
    every = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    return x509.KeyUsage(**(every | bits)).public_bytes()


def with_usage(hall: Hall, der: bytes | None) -> bytes:
    def change(body: Any) -> None:
        kept = [row for row in body["extensions"] if row["extn_id"].native != "key_usage"]
        if der is not None:
            kept.append(
                asn1.Extension({"extn_id": "key_usage", "critical": True, "extn_value": ParsableOctetString(der)})
            )
        body["extensions"] = asn1.Extensions(kept)

    return hall.resigned(change)


def test_the_encryption_certificate_of_a_dual_pair_signs_nothing(hall: Hall) -> None:
    encryption = with_usage(hall, usage(key_encipherment=True, data_encipherment=True, key_agreement=True))
    assert check_structure([encryption, hall.root], suite_named(hall.name)) == []
    (reason,) = check_path([encryption], [hall.root], NOW)
    assert reason.check == "path" and "for encryption" in reason.reason
    without = check_path([with_usage(hall, None)], [hall.root], NOW)
    assert checks(without) == (["path"] if hall.name == "GM-1" else [])


def test_a_certificate_whose_inner_algorithm_differs_is_not_signed(hall: Hall) -> None:
    def change(body: Any) -> None:
        body["signature"] = {"algorithm": "1.2.840.10045.4.3.3"}

    changed = hall.resigned(change)
    assert checks(check_path([changed], [hall.root], NOW)) == ["path"]


def test_revoked_before_the_instant_is_refused_and_later_was_valid_then(hall: Hall) -> None:
    trust = Trust([hall.root], [hall.revoking(NOW)])
    assert checks(check_path([hall.leaf], trust, NOW)) == ["revoked"]
    assert checks(check_path([hall.leaf], trust, LATER)) == ["revoked"]
    assert check_path([hall.leaf], trust, datetime(2026, 12, 31, tzinfo=UTC)) == []
    assert check_path([hall.leaf], trust.as_of(datetime(2026, 12, 31, tzinfo=UTC)), LATER) == [], "signed before"
    other = issued(hall.ca, hall.root, suite_named(hall.name).generate())
    assert check_path([other], trust, NOW) == []


def test_a_newer_list_takes_the_place_of_an_older_one(hall: Hall) -> None:
    lists = [hall.revoking(NOW, number=2), hall.crl(number=1)]
    assert checks(check_path([hall.leaf], Trust([hall.root], lists), NOW)) == ["revoked"]
    assert checks(check_path([hall.leaf], Trust([hall.root], lists[::-1]), NOW)) == ["revoked"]


def test_a_list_of_somebody_else_does_not_count(hall: Hall) -> None:
    stranger = make_hall(hall.name)
    assert checks(check_path([hall.leaf], Trust([hall.root], [stranger.crl()]), NOW)) == ["crl"]
    altered = bytearray(hall.revoking(NOW))
    altered[-3] ^= 1
    assert not issued_by(read_crl(bytes(altered)), hall.root)
    assert checks(check_path([hall.leaf], Trust([hall.root], [bytes(altered)]), NOW)) == ["crl"]


def test_a_malformed_list_is_refused(hall: Hall) -> None:
    for data in (b"", b"garbage", hall.crl() + b"\x00", hall.leaf, crl_to_pem(hall.crl())[:-40]):
        with pytest.raises(BadCrl):
            crls_from_pem(data)
    assert checks(check_path([hall.leaf], Trust([hall.root], [b"garbage"]), NOW)) == ["crl"]
    for drop in ("crl_number", "next_update", "unknown"):
        with pytest.raises(BadCrl):
            read_crl(maimed(hall, drop))


def maimed(hall: Hall, what: str) -> bytes:
    body = asn1_crl.CertificateList.load(hall.crl())["tbs_cert_list"].copy()
    parts = {name: body[name] for name in ("version", "signature", "issuer", "this_update", "next_update")}
    kept = [row for row in body["crl_extensions"] if row["extn_id"].native != what]
    if what == "next_update":
        del parts["next_update"]
    if what == "unknown":  # a delta list says less than it seems to
        base = x509.DeltaCRLIndicator(1).public_bytes()
        kept.append(
            asn1_crl.TBSCertListExtension(
                {"extn_id": "delta_crl_indicator", "critical": True, "extn_value": ParsableOctetString(base)}
            )
        )
    parts["crl_extensions"] = kept
    listed = asn1_crl.TbsCertList(parts)
    signature = OctetBitString(sign_der(hall.name, hall.ca.private, listed.dump()))
    algorithm = {"algorithm": signature_oid(hall.name)}
    whole = {"tbs_cert_list": listed, "signature_algorithm": algorithm, "signature": signature}
    return bytes(asn1_crl.CertificateList(whole).dump())


def test_an_overdue_list_is_told_but_refuses_nothing(hall: Hall) -> None:
    old = hall.crl(until=NOW)
    assert overdue([old], NOW) == []
    assert checks(overdue([old, b"garbage"], LATER)) == ["crl", "crl"]
    assert check_path([hall.leaf], Trust([hall.root], [old]), LATER) == []


def openssl(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def papers(hall: Hall, tmp_path: Path) -> Path:
    parts = {"root": to_pem(hall.root), "leaf": to_pem(hall.leaf), "crl": crl_to_pem(hall.revoking(NOW))}
    for name, data in parts.items():
        (tmp_path / f"{name}.pem").write_bytes(data)
    return tmp_path


def test_openssl_verifies_the_certificates(hall: Hall, papers: Path) -> None:
    at = str(int(LATER.timestamp()))
    told = ("-vfyopt", DISTID) if hall.name == "GM-1" else ()
    done = openssl(papers, "verify", "-attime", at, "-x509_strict", *told, "-CAfile", "root.pem", "leaf.pem")
    assert done.stdout.strip() == "leaf.pem: OK", done.stderr
    text = openssl(papers, "x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "utf8,sep_comma_plus").stdout
    curve = {"INTL-1": "ASN1 OID: prime256v1", "GM-1": "ASN1 OID: SM2"}[hall.name]
    algorithm = {"INTL-1": "ecdsa-with-SHA256", "GM-1": "SM2-with-SM3"}[hall.name]
    for wanted in (curve, algorithm, f"serialNumber={USCC}", "CN=某公司", "CA:FALSE", "Digital Signature"):
        assert wanted in text


def test_openssl_reads_the_revocation_list(hall: Hall, papers: Path) -> None:
    text = openssl(papers, "crl", "-in", "crl.pem", "-noout", "-text").stdout
    assert f"{facts_of(hall.leaf).serial:X}" in text
    for wanted in ("Version 2", "Jan  1 00:00:00 2027 GMT", "Key Compromise", "X509v3 CRL Number"):
        assert wanted in text
    # OpenSSL 3.0 cannot be told the user id for a list, so its signature is verified apart
    parsed = x509.load_der_x509_crl(hall.revoking(NOW))
    (papers / "body").write_bytes(parsed.tbs_certlist_bytes)
    (papers / "signature").write_bytes(parsed.signature)
    assert openssl(papers, "x509", "-in", "root.pem", "-noout", "-pubkey", "-out", "root.pub").returncode == 0
    how = {"INTL-1": ("-digest", "sha256"), "GM-1": ("-digest", "sm3", "-pkeyopt", DISTID)}[hall.name]
    arguments = ("pkeyutl", "-verify", "-pubin", "-inkey", "root.pub", "-rawin", *how, "-in", "body")
    done = openssl(papers, *arguments, "-sigfile", "signature")
    assert "Signature Verified Successfully" in done.stdout, done.stderr


def test_certificates_made_by_openssl_are_read(hall: Hall, tmp_path: Path) -> None:
    curve, digest = {"INTL-1": ("P-256", "-sha256"), "GM-1": ("SM2", "-sm3")}[hall.name]
    told = ("-sigopt", DISTID) if hall.name == "GM-1" else ()
    openssl(tmp_path, "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", "ca.key")
    make = ("req", "-x509", "-new", "-key", "ca.key", digest, *told, "-days", "30", "-subj", "/CN=Outside Root")
    done = openssl(tmp_path, *make, "-addext", "keyUsage=critical,keyCertSign,cRLSign", "-out", "ca.pem")
    assert done.returncode == 0, done.stderr
    (root,) = from_pem((tmp_path / "ca.pem").read_bytes())
    facts = facts_of(root)
    assert (facts.common_name, facts.suite) == ("Outside Root", hall.name)
    assert check_structure([root, root], suite_named(hall.name)) == [], "its own signature verifies"
