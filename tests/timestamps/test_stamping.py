"""Timestamps: what is given by two authorities, what is refused and why, and bytes that are no timestamp at all."""

import stat
import subprocess
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms, pem, tsp
from hypothesis import given, settings
from hypothesis import strategies as st

import timestamps
from tests.timestamps.conftest import OpensslAuthority, make_openssl_authority, run
from timestamps import LocalAuthority, StampFailed, TimestampInvalid

DATA = b"gongheng.local/log\n42\nroot\n"


def refused(token: bytes, data: bytes = DATA, **known: object) -> set[str]:
    with pytest.raises(TimestampInvalid) as caught:
        timestamps.verify(token, data, **known)
    return set(caught.value.codes)


def bare(token: bytes) -> bytes:
    return tsp.TimeStampResp.load(token)["time_stamp_token"].dump()


class Replaying:
    """An authority that answers every request with the same old answer."""

    def __init__(self, old: bytes) -> None:
        self.old = old

    def answer(self, request: bytes) -> bytes:
        return self.old


@pytest.fixture(scope="session")
def token(local: LocalAuthority) -> bytes:
    return timestamps.stamp(DATA, authority=local)


def test_an_outside_authority_is_understood(outside: OpensslAuthority) -> None:
    token = timestamps.stamp(DATA, authority=outside)
    at = timestamps.verify(token, DATA, roots=[outside.root])
    asked, answered = (
        datetime.fromtimestamp((outside.home / name).stat().st_mtime, UTC) for name in ("request.tsq", "answer.tsr")
    )
    assert asked.replace(microsecond=0) <= at <= answered
    assert timestamps.verify(bare(token), DATA, roots=[outside.root.decode()]) == at


def test_openssl_accepts_what_ours_gives(local: LocalAuthority, token: bytes, outside, tmp_path: Path) -> None:
    for name, content in (("t.tsr", token), ("data", DATA), ("other", b"x"), ("root.pem", local.root)):
        (tmp_path / name).write_bytes(content)
    verify = ("ts", "-verify", "-in", "t.tsr", "-CAfile", "root.pem", "-data")
    assert b"Verification: OK" in run(*verify, "data", home=tmp_path).stdout
    with pytest.raises(subprocess.CalledProcessError):
        run(*verify, "other", home=tmp_path)


def test_the_instant_is_the_authoritys(tmp_path: Path) -> None:
    instant = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    authority = LocalAuthority(tmp_path, clock=lambda: instant)
    assert timestamps.verify(timestamps.stamp(DATA, authority=authority), DATA, roots=[authority.root]) == instant


def test_keys_are_private_and_stay(tmp_path: Path) -> None:
    first = LocalAuthority(tmp_path / "tsa")
    token = timestamps.stamp(DATA, authority=first)
    again = LocalAuthority(tmp_path / "tsa")
    assert timestamps.verify(token, DATA, roots=[again.root])
    assert stat.S_IMODE((tmp_path / "tsa" / "authority.json").stat().st_mode) == 0o600
    assert (tmp_path / "tsa" / "root.pem").read_bytes() == again.root
    assert sorted(path.name for path in (tmp_path / "tsa").iterdir()) == ["authority.json", "root.pem"]


def test_each_failed_condition_is_named(local: LocalAuthority, token: bytes, tmp_path: Path) -> None:
    roots = [local.root]
    assert refused(token, DATA + b"!", roots=roots) == {"imprint"}
    assert refused(token, roots=roots, nonce=1) == {"nonce"}
    assert refused(token, roots=[LocalAuthority(tmp_path).root]) == {"chain"}
    assert refused(token, roots=[]) == {"no_roots"}
    assert refused(token, roots=[b"no certificate"]) == {"malformed"}
    assert refused(token[:-1] + bytes([token[-1] ^ 1]), roots=roots) == {"signature"}
    assert refused(token[:100], roots=roots) == {"malformed"}
    assert refused(b"", roots=roots) == {"malformed"}
    assert refused(bytes(2 << 20), roots=roots) == {"malformed"}
    assert refused(bytes.fromhex("30053003020102"), roots=roots) == {"not_granted"}


def test_another_hash_is_refused(outside: OpensslAuthority, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    run("ts", "-query", "-data", "data", "-sha512", "-cert", "-out", "q.tsq", home=tmp_path)
    token = outside.answer((tmp_path / "q.tsq").read_bytes())
    assert refused(token, roots=[outside.root]) == {"algorithm"}


def test_a_token_without_its_certificate_is_refused(outside: OpensslAuthority, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(DATA)
    run("ts", "-query", "-data", "data", "-sha256", "-out", "q.tsq", home=tmp_path)
    token = outside.answer((tmp_path / "q.tsq").read_bytes())
    assert refused(token, roots=[outside.root]) == {"chain"}


def test_a_certificate_for_another_purpose_is_refused(token: bytes, tmp_path: Path) -> None:
    """OpenSSL's own signer refuses such a certificate, so the one in a good token is exchanged."""
    other = make_openssl_authority(tmp_path / "other", usage="critical,serverAuth")
    stranger = cms.CertificateChoices(
        name="certificate",
        value=cms.Certificate.load(
            run("x509", "-in", "tsa.pem", "-outform", "DER", home=other.home).stdout,
        ),
    )
    answer = tsp.TimeStampResp.load(token)
    signed = answer["time_stamp_token"]["content"]
    signed["certificates"] = [stranger]
    signer = signed["signer_infos"][0]
    signer["sid"] = cms.SignerIdentifier(
        "issuer_and_serial_number",
        {"issuer": stranger.chosen.issuer, "serial_number": stranger.chosen.serial_number},
    )
    assert refused(answer.dump(force=True), roots=[other.root]) == {"purpose"}


def test_an_old_answer_is_refused_when_stamping(token: bytes) -> None:
    with pytest.raises(StampFailed) as caught:
        timestamps.stamp(DATA, authority=Replaying(token))
    assert caught.value.codes == {"nonce"}
    with pytest.raises(StampFailed) as caught:
        timestamps.stamp(b"something else", authority=Replaying(token))
    assert caught.value.codes == {"imprint"}


def test_the_local_authority_refuses_what_is_no_request(local: LocalAuthority) -> None:
    for request in (b"", b"\x30\x00", b"GET / HTTP/1.1", bytes(1000)):
        with pytest.raises(StampFailed):
            local.answer(request)


def test_every_changed_signed_byte_is_noticed(local: LocalAuthority, token: bytes) -> None:
    """Only what CMS does not sign may change: version numbers and the name of the signature algorithm."""
    survived = []
    for place in range(0, len(token), 3):
        changed = token[:place] + bytes([token[place] ^ 0x10]) + token[place + 1 :]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                at = timestamps.verify(changed, DATA, roots=[local.root])
        except TimestampInvalid as refusal:
            assert refusal.reasons[0].message
            continue
        survived.append(place)
        assert at == timestamps.verify(token, DATA, roots=[local.root])
    assert len(survived) <= 8, survived


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_hostile_bytes_never_crash(local: LocalAuthority, junk: bytes) -> None:
    assert refused(junk, roots=[local.root]) <= {"malformed", "not_granted", "algorithm", "imprint"}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_spliced_tokens_never_crash(local: LocalAuthority, token: bytes, data) -> None:
    start = data.draw(st.integers(0, len(token)))
    end = data.draw(st.integers(start, len(token)))
    spliced = token[:start] + data.draw(st.binary(max_size=60)) + token[end:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            timestamps.verify(spliced, DATA, roots=[local.root])
        except TimestampInvalid as refusal:
            assert refusal.codes


def test_a_root_whose_name_is_no_text_is_refused_and_crashes_nothing(local: LocalAuthority, token: bytes) -> None:
    """The client's native code panics on such a certificate; a panic is no Exception."""
    whole, name = local.root, b"Demonstration"
    if whole.startswith(b"-----"):
        whole = pem.unarmor(whole)[2]
    assert name in whole
    assert refused(token, roots=[whole.replace(name, b"\xff" * len(name))]) <= {"malformed", "chain"}
