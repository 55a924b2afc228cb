"""The installation's CA in both suites, its revocation lists, outside roots, and the first account of a real one."""

import json
import stat
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from identity import crl, demo_ca, queries
from identity.models import Certificate, Custodian, Membership, Person
from identity.operations import admit_key, revoke_certificate
from identity.refusals import CertificateRefused
from ledger import clock
from sealing.keys import check_public_path, make_keys, read_public, write_keys
from suites import NAMES, suite_named
from suites.certificates import facts_of, from_pem, load
from suites.paths import check_path
from suites.revocation import Trust, crls_from_pem, issued_by, read_crl
from tests.cast import make_uscc
from tests.keys import certified

DISTID = "distid:1234567812345678"
SUBJECT = {"INTL-1": ("P-256", "-sha256"), "GM-1": ("SM2", "-sm3")}


@pytest.fixture(autouse=True)
def real_installation(settings, tmp_path):
    """No demonstration, and an empty CA_HOME."""
    settings.CA_HOME, settings.DEMONSTRATION = tmp_path / "ca", False


def openssl(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(capsys, *arguments, **options) -> str:
    call_command(*arguments, **options)
    return capsys.readouterr().out


@pytest.fixture(params=NAMES)
def suite(db, request, capsys):
    call_command("ca", "init", "--suite", request.param)
    capsys.readouterr()
    return request.param


def test_a_root_is_made_on_somebodys_word_only_and_never_replaced(suite, settings, capsys):
    path = settings.CA_HOME / demo_ca.FILES[suite]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = queries.root_fingerprint(suite)
    with pytest.raises(CommandError, match="already"):
        call_command("ca", "init", "--suite", suite)
    assert first in said(capsys, "ca", "show", "--suite", suite)
    other = next(name for name in NAMES if name != suite)
    with pytest.raises(CommandError, match="ca init"):
        call_command("ca", "show", "--suite", other)


def test_a_pub_is_certified_and_registered(suite, cast, capsys, tmp_path):
    bidder = cast.bidders[0]
    keys = make_keys(suite, bidder.organisation.uscc)
    write_keys(keys, tmp_path / "own.key")
    told = said(capsys, "ca", "issue", "--pub", str(tmp_path / "own.pub"), "--out", str(tmp_path / "certified.pub"))
    assert keys.kid in told
    public = read_public(json.loads((tmp_path / "certified.pub").read_text()))
    assert check_public_path(public, queries.trust_roots(now=clock.now()), clock.now()) == []
    assert Certificate.objects.get().kid == keys.kid
    assert f"{keys.kid}  {suite:<6}  valid" in said(capsys, "ca", "list")
    with pytest.raises(CommandError, match="已有证书"):
        call_command("ca", "issue", "--pub", str(tmp_path / "own.pub"))


def test_a_request_made_by_openssl_is_certified_and_openssl_verifies_it(suite, cast, capsys, tmp_path):
    curve, digest = SUBJECT[suite]
    uscc = cast.bidders[0].organisation.uscc
    openssl(tmp_path, "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", "own.pem")
    told = ("-sigopt", DISTID) if suite == "GM-1" else ()
    openssl(
        tmp_path,
        "req",
        "-new",
        "-key",
        "own.pem",
        digest,
        *told,
        "-subj",
        f"/CN=x/serialNumber={uscc}",
        "-out",
        "a.csr",
    )
    out = said(capsys, "ca", "issue", "--csr", str(tmp_path / "a.csr"), "--out", str(tmp_path / "leaf.pem"))
    call_command("ca", "show", "--suite", suite, "--export", str(tmp_path / "root.pem"))
    verify = ("verify", "-x509_strict", *(("-vfyopt", DISTID) if suite == "GM-1" else ()), "-CAfile", "root.pem")
    assert openssl(tmp_path, *verify, "leaf.pem").strip() == "leaf.pem: OK"
    serial = out.split()[1]
    call_command("ca", "revoke", serial, "--reason", "遗失", "--code", "key_compromise")
    call_command("ca", "crl", "--suite", suite, "--out", str(tmp_path / "crl.pem"))
    text = openssl(tmp_path, "crl", "-in", "crl.pem", "-noout", "-text")
    assert serial.upper() in text and "Key Compromise" in text
    (leaf,) = from_pem((tmp_path / "leaf.pem").read_bytes())
    trust = Trust(from_pem((tmp_path / "root.pem").read_bytes()), crls_from_pem((tmp_path / "crl.pem").read_bytes()))
    assert [reason.check for reason in check_path([leaf], trust, clock.now())] == ["revoked"]
    assert f"serial {serial}" in said(capsys, "ca", "list")


def test_a_request_that_is_not_signed_by_its_key_is_refused(suite, cast, capsys, tmp_path):
    (tmp_path / "bad.csr").write_bytes(
        b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"
    )
    with pytest.raises(CommandError, match="not a certificate request"):
        call_command("ca", "issue", "--csr", str(tmp_path / "bad.csr"))
    assert said(capsys, "ca", "list").strip() == "nothing was issued yet"


def test_revoking_a_key_is_in_the_next_list_and_in_no_earlier_one(suite, cast):
    held = certified(cast.bidders[0], suite=suite_named(suite))
    serial = load_serial(held.certificate)
    before = read_crl(crl.current(suite, now=clock.now()))
    revoke_certificate(kid=held.certificate.kid, reason="遗失", actor=cast.bidders[0].actor)
    after = read_crl(crl.current(suite, now=clock.now()))
    assert serial not in before.revoked and serial in after.revoked
    assert after.number > before.number and after.next_update - after.this_update == crl.VALID
    root = demo_ca.authority(suite).certificate
    assert issued_by(after, root) and facts_of(root).suite == suite
    trust = queries.trust_roots(now=clock.now())
    public = read_public(held.certificate.pub)
    later = clock.now() + timedelta(days=1)
    assert [reason.check for reason in check_public_path(public, trust, later)] == ["revoked"]
    assert check_public_path(public, trust, clock.now() - timedelta(minutes=1)) == []


def load_serial(certificate: Certificate) -> int:
    return load(from_base64(certificate.pub["certificates"][0])).serial_number


def from_base64(text: str) -> bytes:
    from suites.base64_text import from_base64 as decoded

    return decoded(text)


@pytest.mark.parametrize("name", NAMES)
def test_an_outside_root_is_trusted_with_its_list_and_its_keys_are_admitted(name, cast, capsys, tmp_path, settings):
    settings.CA_HOME = tmp_path / "their-ca"
    call_command("ca", "init", "--suite", name, "--name", "Licensed CA")
    call_command("ca", "show", "--suite", name, "--export", str(tmp_path / "their.pem"))
    keys = make_keys(name, cast.bidders[0].organisation.uscc)
    der, _start, _end = demo_ca.issue(
        keys.public.sign_public, cast.bidders[0].organisation, now=clock.now(), suite=name
    )
    call_command("ca", "crl", "--suite", name, "--out", str(tmp_path / "their.crl"))
    settings.CA_HOME = tmp_path / "ca"
    pub = keys.public.with_certificates((der,)).body()
    with pytest.raises(demo_ca.NotDemonstration):
        admit_key(pub=pub, actor=system())
    (tmp_path / "other.crl").write_bytes(b"junk")
    with pytest.raises(CommandError, match="not a DER"):
        call_command("ca", "trust", str(tmp_path / "their.pem"), "--crl", str(tmp_path / "other.crl"))
    capsys.readouterr()
    told = said(capsys, "ca", "trust", str(tmp_path / "their.pem"), "--crl", str(tmp_path / "their.crl"))
    assert "Licensed CA" in told and queries.root_fingerprint(name) in told
    assert admit_key(pub=pub, actor=system()).kid == keys.kid
    with pytest.raises(CertificateRefused) as refused:
        admit_key(pub=make_keys(name, cast.bidders[0].organisation.uscc).public.body(), actor=system())
    assert refused.value.codes == {"authority"}, "a self-signed key needs a CA of the installation's own"


def system():
    from identity.actor import SYSTEM

    return SYSTEM


def test_the_first_account_and_a_custodian_of_a_real_installation(db, capsys, tmp_path, monkeypatch):
    (tmp_path / "password").write_text("Correct-Horse-7391\nnot read\n")
    told = (
        "--uscc",
        make_uscc(12345678),
        "--organisation",
        "中山市公共资源交易中心",
        "--login",
        "admin",
        "--name",
        "张三",
    )
    with pytest.raises(CommandError, match="not told: a password"):
        call_command("first_account", *told)
    call_command("first_account", *told, "--password-file", str(tmp_path / "password"))
    person = Person.objects.get(login="admin")
    assert person.check_password("Correct-Horse-7391")
    assert Membership.objects.get().role == "administrator"
    with pytest.raises(CommandError, match="already"):
        call_command("first_account", *told, "--password-file", str(tmp_path / "password"))
    call_command("ca", "init")
    write_keys(make_keys("INTL-1", make_uscc(12345678)), tmp_path / "centre.key")
    capsys.readouterr()
    token = said(capsys, "register_custodian", "--name", "centre", "--pub", str(tmp_path / "centre.pub")).strip()
    assert queries.custodian_of_token(token) == Custodian.objects.get()
    with pytest.raises(CommandError):
        call_command("register_custodian", "--name", "again", "--kid", "0" * 64)


def test_a_weak_password_or_a_wrong_code_is_told_and_nothing_is_half_made(db, tmp_path):
    (tmp_path / "password").write_text("123\n")
    told = ("--uscc", "1", "--organisation", "x", "--login", "admin", "--name", "x")
    with pytest.raises(CommandError):
        call_command("first_account", *told, "--password-file", str(tmp_path / "password"))
    assert not Person.objects.exists()
