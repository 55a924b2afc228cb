"""Keys in a PKCS#11 token (SoftHSM): made, certified, used and destroyed there; the key never leaves it."""

import json
import os
import subprocess
import sys

import pkcs11
import pytest

from custodian import making, token_keys, token_objects
from custodian.agent import Agent
from custodian.arguments import read_arguments
from custodian.files import NoHome
from custodian.home import TOKEN, only, read_home, read_pub
from custodian.log import Log
from custodian.server import Server
from custodian.token_keys import Place, TokenFailed, open_token
from identity.actor import SYSTEM
from identity.models import Custodian
from identity.operations import certify_key, open_challenge
from identity.operations.register_custodian import register_custodian
from identity.queries import trust_root
from sealing import canonical
from suites import WrongKey
from tendering.models import Opening, Release
from tendering.operations.end_window import end_window
from tests.custodian.conftest import through_django
from tests.custodian.softhsm import LABEL, PIN, library, token_of_process
from tests.keys import Held
from tests.sealed import publish

NAME = "notary"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    """A token for all tests of this process: the library reads its configuration once a process."""
    path = library()
    os.environ.update(token_of_process(tmp_path_factory.mktemp("softhsm")))
    return path


@pytest.fixture
def home(token, tender, tmp_path, request):
    """A home whose keys were made in the token, certified for the regulator, and taken in; labels of its own."""
    folder = tmp_path / "notary"
    folder.mkdir(mode=0o700)
    (folder / "pin").write_text(PIN)
    (folder / "pin").chmod(0o600)
    name = f"{NAME}-{abs(hash(request.node.name)) % 10**8}"
    regulator = tender.cast.regulator
    actor = regulator.actor
    challenge = open_challenge(actor=actor).nonce
    words = ["init", "--home", str(folder), "--name", name, "--organisation", actor.uscc]
    words += ["--pkcs11", str(token), "--pkcs11-token", LABEL, "--challenge", challenge]
    assert making.init(read_arguments(words)) == 0
    asked = json.loads((folder / f"{name}.request.json").read_text())
    asked["nonce"] = asked.pop("challenge")
    certificate = certify_key(actor=actor, **asked)
    issued, root = tmp_path / "issued.pub", tmp_path / "root.pem"
    issued.write_bytes(canonical.dumps(certificate.pub))
    root.write_text(trust_root())
    Custodian.objects.filter(organisation=regulator.organisation).delete()
    _, bearer = register_custodian(
        name=NAME, organisation_id=regulator.organisation.pk, kid=certificate.kid, actor=SYSTEM
    )
    (tmp_path / "bearer").write_text(bearer)
    words = ["accept", "--home", str(folder), "--pub", str(issued), "--root", str(root)]
    assert making.accept(read_arguments([*words, "--token-file", str(tmp_path / "bearer")])) == 0
    return folder


def test_the_token_signs_and_opens_what_others_seal_to_it(home):
    keys = read_home(home).keys
    suite, public = keys.suite, keys.public
    wrap = suite.wrap(public.seal_public, b"c" * 32, b"s" * 32)
    assert keys.unwrap(b"c" * 32, wrap) == b"s" * 32
    assert suite.verify(public.sign_public, b"message", keys.sign(b"message"))
    with pytest.raises(WrongKey):
        keys.unwrap(b"d" * 32, wrap)
    with pytest.raises(WrongKey):
        keys.unwrap(b"c" * 32, wrap._replace(enc=b"\x04" + bytes(64)))
    with pytest.raises(WrongKey):
        keys.unwrap(b"c" * 32, wrap._replace(enc=b""))


def test_the_private_keys_cannot_be_read_from_the_token(home, token):
    place = token_keys.read_place(home)
    with pkcs11.lib(str(token)).get_token(token_label=LABEL).open(user_pin=PIN) as session:
        for label in (place.seal, place.sign):
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
            assert key[pkcs11.Attribute.SENSITIVE]
            assert not key[pkcs11.Attribute.EXTRACTABLE]
            with pytest.raises(pkcs11.exceptions.PKCS11Error):
                key[pkcs11.Attribute.VALUE]
    kept = b"".join(path.read_bytes() for path in home.iterdir())
    assert b"private" not in kept


def test_an_agent_with_a_token_releases_its_share(home, tender, hands):
    notary = Custodian.objects.get(name=NAME)
    tender.custodians["regulator"] = (notary, Held(None, None, notary.certificate), "")
    tender.lot.amendment = 1
    publish(tender, now=hands.at)  # the agency signs anew: the notary in the regulator's place
    tender.opened_window(hands)
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=tender.lot.pk)
    read = read_home(home)
    assert read.key_kind == TOKEN
    agent = Agent(
        read, Log(home), Server("http://testserver", read.token, transport=through_django()), lambda: hands.at
    )
    agent.greet()
    assert agent.round() == 3
    assert Release.objects.filter(matches=True, kid=read.keys.kid).count() == 3
    notary.refresh_from_db()
    assert notary.last_report["key"] == "token"


def test_a_wrong_pin_an_open_pin_file_and_no_pin_are_refused_in_words(home, monkeypatch):
    (home / "pin").write_text("000000")
    with pytest.raises(TokenFailed, match="PinIncorrect"):
        read_home(home)
    (home / "pin").chmod(0o644)
    with pytest.raises(NoHome, match="chmod 600"):
        read_home(home)
    (home / "pin").unlink()
    with pytest.raises(NoHome, match="PIN"):
        read_home(home)
    monkeypatch.setenv(token_keys.PIN_VARIABLE, PIN)
    assert read_home(home).key_kind == TOKEN
    credentials = home / "credentials"
    credentials.mkdir()
    (credentials / "pin").write_text("000000\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    with pytest.raises(TokenFailed):  # systemd's credential comes first
        read_home(home)


def test_a_token_that_is_gone_or_holds_another_key_is_refused(home):
    read = read_home(home)
    place = read.keys.place
    with pytest.raises(TokenFailed):
        open_token(read.keys.public, Place(place.module, "another", place.seal, place.sign), PIN)
    with pytest.raises(TokenFailed):
        open_token(read.keys.public, Place("/nowhere.so", place.token, place.seal, place.sign), PIN)
    with pytest.raises(TokenFailed, match="is not the one"):
        open_token(read.keys.public, Place(place.module, place.token, place.seal, place.seal), PIN)


def test_nothing_in_a_token_is_overwritten(home, token):
    place = token_keys.read_place(home)
    with pytest.raises(TokenFailed, match="already"):
        token_keys.make_pairs(place, PIN)


def test_a_destroyed_key_is_gone_from_the_token(home):
    keys = read_home(home).keys
    keys.destroy()
    with pytest.raises(TokenFailed):
        keys.sign(b"message")
    with pytest.raises(TokenFailed):
        read_home(home)


def objects(place):
    with pkcs11.lib(place.module).get_token(token_label=place.token).open(user_pin=PIN) as session:
        return [
            (token_objects.named(one), bytes(token_objects.encode_ec_public_key(one)))
            if one[pkcs11.Attribute.CLASS] is pkcs11.ObjectClass.PUBLIC_KEY
            else (token_objects.named(one), b"")
            for label in (place.seal, place.sign)
            for one in session.get_objects({pkcs11.Attribute.LABEL: label})
        ]


def twins(place):
    """Another pair of each label, as a colleague or another program may make it; returns their public keys."""
    with token_keys._session(place, PIN, writes=True) as session:
        return [
            token_keys._generate(session, place.seal, derives=True),
            token_keys._generate(session, place.sign, derives=False),
        ]


def test_a_key_of_the_same_label_survives_and_does_not_stand_in_the_way(home):
    place = token_keys.read_place(home)
    others = twins(place)
    keys = read_home(home).keys
    suite, public = keys.suite, keys.public
    assert suite.verify(public.sign_public, b"message", keys.sign(b"message"))
    assert keys.unwrap(b"c" * 32, suite.wrap(public.seal_public, b"c" * 32, b"s" * 32)) == b"s" * 32
    held = keys.held().ours
    assert len(held) == 4 and f"private key {place.seal}" in held
    keys.destroy()
    assert keys.held().ours == []
    assert sorted(spki for _name, spki in objects(place)) == sorted([b"", b"", *others])
    with pytest.raises(TokenFailed, match="is not the one"):
        read_home(home)
    mine = token_keys.TokenKeys(public, place, PIN)
    mine.destroy()  # once more finds nothing, and still takes no other
    assert len(objects(place)) == 4
    with token_keys._session(place, PIN) as session:
        assert len(token_objects.halves_of(session, others[:1], [place.seal]).halves) == 2
        assert len(token_objects.halves_of(session, others[1:], [place.sign]).halves) == 2


def labels(place):
    return place.seal, place.sign


def test_another_kind_of_key_and_a_secret_of_the_same_label_survive(home):
    place = token_keys.read_place(home)
    with token_keys._session(place, PIN, writes=True) as session:
        session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label=place.sign)
        session.generate_key(pkcs11.KeyType.AES, 256, store=True, label=place.seal)
    keys = read_home(home).keys
    keys.destroy()
    with token_keys._session(place, PIN) as session:
        left = [one for label in labels(place) for one in session.get_objects({pkcs11.Attribute.LABEL: label})]
        assert sorted(one.key_type.name for one in left) == ["AES", "RSA", "RSA"]


def make_idle(place, label):
    """A pair whose private half neither derives nor signs."""
    with token_keys._session(place, PIN, writes=True) as session:
        curve = token_objects.encode_named_curve_parameters("secp256r1")
        made = session.create_domain_parameters(pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True)
        idle = {pkcs11.Attribute.DERIVE: False, pkcs11.Attribute.SIGN: False}
        made.generate_keypair(
            store=True,
            label=label,
            capabilities=pkcs11.MechanismFlag.VERIFY,
            private_template=idle,
            mechanism=pkcs11.Mechanism.EC_KEY_PAIR_GEN,
        )


def test_a_key_that_cannot_be_told_from_the_one_to_be_destroyed_is_told_of_and_nothing_is_destroyed(home):
    place = token_keys.read_place(home)
    make_idle(place, place.seal)
    keys = token_keys.TokenKeys(read_pub(only(home, "*.pub")), place, PIN)
    before = len(objects(place))
    with pytest.raises(TokenFailed, match="nobody can tell whose it is"):
        keys.destroy()
    assert len(objects(place)) == before
    with token_keys._session(place, PIN, writes=True) as session:  # the token is that of other tests too
        for half in session.get_objects({pkcs11.Attribute.LABEL: place.seal}):
            half.destroy()


def copied(place, label, *names):
    """Copies of the objects of a label under other names, as a backup makes them; one of each class a name."""
    with token_keys._session(place, PIN, writes=True) as session:
        for half in list(session.get_objects({pkcs11.Attribute.LABEL: label})):
            for name in names:
                half.copy({pkcs11.Attribute.LABEL: name})


def labelled(place, label):
    with token_keys._session(place, PIN) as session:
        return [token_objects.named(one) for one in session.get_objects({pkcs11.Attribute.LABEL: label})]


def test_copies_under_other_labels_are_named_and_destroyed_and_other_peoples_keys_stay(home):
    place = token_keys.read_place(home)
    names = {what: f"{what} of {place.seal}" for what in ("backup", "copy", "rival")}
    copied(place, place.seal, names["backup"], names["copy"])
    copied(place, place.sign, names["backup"])
    with token_keys._session(place, PIN, writes=True) as session:
        token_keys._generate(session, names["rival"], derives=True)
        token_keys._generate(session, names["rival"], derives=False)
    keys = read_home(home).keys
    held = keys.held().ours
    assert len(held) == 10
    assert {f"private key {names['backup']}", f"public key {names['backup']}"} < set(held)
    assert not any(names["rival"] in one for one in held)
    keys.destroy()
    assert labelled(place, names["backup"]) == labelled(place, names["copy"]) == labelled(place, place.seal) == []
    assert len(labelled(place, names["rival"])) == 4
    assert keys.held().ours == []


def test_a_key_of_another_label_that_can_be_tried_by_no_use_is_named_and_blocks_nothing(home):
    place = token_keys.read_place(home)
    idle = f"idle {place.seal}"
    make_idle(place, idle)
    keys = read_home(home).keys
    assert f"private key {idle}" in keys.held().untold
    assert f"private key {idle}" in keys.destroy()
    assert labelled(place, place.seal) == labelled(place, place.sign) == []
    assert len(labelled(place, idle)) == 2


def test_a_private_key_that_is_not_the_public_ones_is_found_at_the_start(home):
    """The public half alone says nothing: with another private one the agent could open no wrap on the day."""
    place = token_keys.read_place(home)
    with token_keys._session(place, PIN, writes=True) as session:
        token_objects.private_keys(session, place.seal)[0].destroy()
        token_keys._generate(session, place.seal, derives=True)
    with pytest.raises(TokenFailed, match="belongs to the public one"):
        read_home(home)


def test_the_program_checks_a_home_with_a_token(home):
    argv = [sys.executable, "-m", "custodian", "check", "--home", str(home)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    lines = {row["what"]: row for row in map(json.loads, done.stderr.splitlines())}
    assert lines["key"]["answer"] == "ok"
    assert lines["key"]["why"].startswith("token ")
    assert PIN not in done.stderr
