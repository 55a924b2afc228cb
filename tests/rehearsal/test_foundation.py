"""What a demonstration stands on: laid once, readable by its owners only."""

import json
import stat

import pytest

from evaluation.models import Expert
from identity import queries
from identity.models import Custodian, Membership, Organisation, Person
from ledger.models import Entry
from rehearsal import foundation, players
from rehearsal.cast import PARTIES, PLAYERS


@pytest.fixture
def home(db, tmp_path, monkeypatch, settings):
    monkeypatch.setattr(foundation.places, "HOME", tmp_path)
    monkeypatch.setattr(players, "FOLDER", tmp_path / "demonstration-keys")
    settings.CA_HOME = tmp_path / "ca"
    return tmp_path


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_laying_twice_changes_nothing(home):
    first = foundation.lay()
    counted = [model.objects.count() for model in (Organisation, Person, Membership, Custodian, Expert, Entry)]
    assert foundation.lay() == first
    assert [model.objects.count() for model in (Organisation, Person, Membership, Custodian, Expert, Entry)] == counted
    assert len(first) == len(PLAYERS)


def test_accounts_and_keys_are_for_their_owner_only(home):
    foundation.lay()
    custodians = [party.custodian for party in PARTIES if party.custodian]
    private = [home / foundation.ACCOUNTS]
    private += [home / "custodians" / name / file for name in custodians for file in (f"{name}.key", "token")]
    assert all(_mode(path) == 0o600 for path in private)
    assert {row["login"] for row in json.loads((home / foundation.ACCOUNTS).read_text())} == {p.login for p in PLAYERS}
    assert (home / "custodians" / custodians[0] / "root.pem").read_text() == queries.trust_root()


def test_a_lost_accounts_file_gives_new_passwords_to_the_same_people(home):
    foundation.lay()
    (home / foundation.ACCOUNTS).unlink()
    again = foundation.lay()
    assert Person.objects.count() == len(PLAYERS)
    assert Person.objects.get(login="centre").check_password(next(a.password for a in again if a.login == "centre"))


def test_bidders_beyond_the_cast_are_registered_once_and_not_shown_on_the_sign_in_page(home):
    foundation.lay()
    seats = players.bidders(7)
    assert [seat.account.login for seat in seats] == [f"bidder{number}" for number in range(1, 8)]
    assert players.bidders(7) == seats
    assert Person.objects.filter(login="bidder7").count() == 1
    assert "bidder7" not in (home / foundation.ACCOUNTS).read_text()
    assert _mode(home / "demonstration-keys" / players.MORE_ACCOUNTS) == 0o600


def test_without_accounts_it_is_said_who_is_missing(home):
    with pytest.raises(players.NobodyThere, match="agency"):
        players.account("agency")
