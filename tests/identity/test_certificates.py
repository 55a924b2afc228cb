"""Certificates: proof of possession, challenges used once, the demonstration root."""

import base64
import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from cryptography import x509
from django.conf import settings
from django.core.management import call_command

import ledger
from identity import demo_ca, queries
from identity.actor import SYSTEM
from identity.models import Certificate, Challenge
from identity.operations import certify_key, open_challenge, register_custodian, revoke_certificate
from identity.refusals import CertificateRefused, RegistrationRefused
from ledger import clock
from suites.certificates import facts_of
from tests.keys import SUITE, certified, make_custodians, request_for, text


def _kinds():
    return [row["body"]["kind"] for row in ledger.feed(viewer=ledger.HOUSE)]


@pytest.fixture
def asking(cast):
    bidder = cast.bidders[0]
    seal, sign = SUITE.generate(), SUITE.generate()
    nonce = open_challenge(actor=bidder.actor).nonce
    return bidder, request_for(bidder.organisation.uscc, nonce, seal=seal, sign=sign), sign


def test_a_proven_key_receives_a_certificate_that_names_the_organisation(asking):
    bidder, request, _sign = asking
    certificate = certify_key(actor=bidder.actor, **request)
    facts = facts_of(base64.b64decode(certificate.pub["certificates"][0]))
    assert facts.organisation == bidder.organisation.uscc == certificate.pub["organisation"]
    assert text(facts.public) == request["sign_public"]
    assert _kinds() == ["certificate.issued"]
    root = x509.load_pem_x509_certificate(queries.trust_root().encode())
    queries.leaf_of(certificate.pub).verify_directly_issued_by(root)


def test_the_pub_is_accepted_by_the_sealing_library_to_the_pinned_root(asking):
    keys = pytest.importorskip("sealing.keys")
    bidder, request, _sign = asking
    public = keys.read_public(certify_key(actor=bidder.actor, **request).pub)
    assert public.organisation == bidder.organisation.uscc
    assert public.kid == Certificate.objects.get().kid


def test_a_challenge_serves_once(asking):
    bidder, request, _sign = asking
    certify_key(actor=bidder.actor, **request)
    fresh = request_for(bidder.organisation.uscc, request["nonce"], seal=SUITE.generate(), sign=SUITE.generate())
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=bidder.actor, **fresh)
    assert refused.value.codes == {"challenge"}


def test_another_persons_challenge_does_not_serve(asking, cast):
    _bidder, request, _sign = asking
    other = cast.bidders[1]
    fresh = request_for(other.organisation.uscc, request["nonce"], seal=SUITE.generate(), sign=SUITE.generate())
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=other.actor, **fresh)
    assert refused.value.codes == {"challenge"}


def test_a_challenge_older_than_five_minutes_is_refused(asking):
    bidder, request, _sign = asking
    Challenge.objects.update(expires_at=clock.now())
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=bidder.actor, **request)
    assert refused.value.codes == {"challenge_old"}
    assert not Certificate.objects.exists()


def test_keys_swapped_after_signing_are_refused_and_the_challenge_stays(asking):
    bidder, request, _sign = asking
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=bidder.actor, **{**request, "seal_public": text(SUITE.generate().public)})
    assert refused.value.codes == {"possession", "attestation"}
    assert Challenge.objects.get().used_at is None
    assert certify_key(actor=bidder.actor, **request).kid


def test_every_malformed_member_is_named(asking):
    bidder, request, _sign = asking
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=bidder.actor, **{**request, "seal_public": "*", "proof": "AA"})
    assert [reason.values["name"] for reason in refused.value.reasons] == ["seal_public", "proof"]


def test_one_pair_for_both_purposes_is_refused(cast):
    bidder = cast.bidders[0]
    pair = SUITE.generate()
    nonce = open_challenge(actor=bidder.actor).nonce
    with pytest.raises(CertificateRefused) as refused:
        certify_key(actor=bidder.actor, **request_for(bidder.organisation.uscc, nonce, seal=pair, sign=pair))
    assert refused.value.codes == {"same_key"}


def test_experts_and_administrators_hold_no_keys(cast):
    for player in (cast.experts[0], cast.operator):
        with pytest.raises(CertificateRefused) as refused:
            open_challenge(actor=player.actor)
        assert refused.value.codes == {"wrong_role"}


def test_an_organisation_may_hold_several_certificates(cast):
    agency = cast.agency
    kids = {certified(agency).certificate.kid for _ in range(2)}
    held = queries.certificates_in_force(agency.organisation.pk, now=clock.now())
    assert {row.kid for row in held} == kids


def test_a_revoked_certificate_is_no_longer_in_force(cast):
    held = certified(cast.agency)
    revoke_certificate(kid=held.certificate.kid, reason="遗失", actor=cast.agency.actor)
    assert not queries.in_force(held.certificate.kid, now=clock.now())
    assert _kinds() == ["certificate.issued", "certificate.revoked"]
    with pytest.raises(CertificateRefused):
        revoke_certificate(kid=held.certificate.kid, reason="再次", actor=cast.agency.actor)


def test_nobody_revokes_another_organisations_certificate(cast):
    held = certified(cast.agency)
    with pytest.raises(CertificateRefused) as refused:
        revoke_certificate(kid=held.certificate.kid, reason="", actor=cast.bidders[0].actor)
    assert refused.value.codes == {"not_your_certificate", "reason_empty"}


def test_custodians_are_those_with_a_certificate_in_force(cast):
    made = make_custodians(cast)
    now = clock.now()
    assert [row.name for row in queries.custodians(now=now)] == ["centre", "purchaser", "regulator"]
    revoke_certificate(kid=made["centre"][1].certificate.kid, reason="更换", actor=cast.centre.actor)
    assert [row.name for row in queries.custodians(now=now)] == ["purchaser", "regulator"]
    assert queries.custodians(now=now + timedelta(days=4000)) == []


def test_a_custodians_token_is_stored_as_a_hash_only(cast):
    custodian, _held, token = make_custodians(cast)["centre"]
    assert token not in str(vars(custodian))
    assert queries.custodian_of_token(token) == custodian
    assert queries.custodian_of_token(token + "x") is None


def test_the_operator_holds_no_keys_of_others(cast):
    with pytest.raises(RegistrationRefused) as refused:
        register_custodian(name="operator", organisation_id=cast.operator.organisation.pk, kid="0" * 64, actor=SYSTEM)
    assert refused.value.codes == {"operator"}


def test_a_custodian_needs_a_certificate_of_its_own(cast):
    held = certified(cast.agency)
    with pytest.raises(RegistrationRefused) as refused:
        register_custodian(
            name="centre", organisation_id=cast.centre.organisation.pk, kid=held.certificate.kid, actor=SYSTEM
        )
    assert refused.value.codes == {"no_key"}


def test_the_roots_key_file_is_for_its_owner_only():
    demo_ca.authority()
    assert stat.S_IMODE((settings.CA_HOME / "root.json").stat().st_mode) == 0o600


def test_outside_a_demonstration_no_root_is_made(settings, tmp_path):
    settings.CA_HOME, settings.DEMONSTRATION = tmp_path / "ca", False
    with pytest.raises(demo_ca.NotDemonstration):
        demo_ca.authority()
    assert not list((tmp_path / "ca").glob("root*"))


def test_processes_starting_at_once_end_with_one_root(tmp_path):
    code = "import django; django.setup();from identity import queries; print(queries.root_fingerprint())"
    environment = {**os.environ, "GONGHENG_CA_HOME": str(tmp_path / "ca"), "GONGHENG_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) for _ in range(3)
    ]
    answers = {process.communicate()[0] for process in running}
    assert len(answers) == 1 and len(answers.pop().strip()) == 64
    assert [path.name for path in (tmp_path / "ca").iterdir()] == ["root.json"]


def test_the_command_shows_fingerprint_and_exports_the_root(capsys, tmp_path):
    call_command("ca")
    assert capsys.readouterr().out.strip() == queries.root_fingerprint()
    call_command("ca", export=str(tmp_path / "root.pem"))
    assert (tmp_path / "root.pem").read_text("ascii") == queries.trust_root()
