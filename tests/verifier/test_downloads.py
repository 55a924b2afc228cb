"""Who may download a bundle when: the regulator in full, the centre and then everybody without contents of bids."""

import zipfile
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ledger.models import Body
from tests.full_disk import full_beyond
from tests.verifier.awarded import drive
from verifier.__main__ import main

pytestmark = pytest.mark.django_db


def client_of(player):
    client = Client()
    if player is not None:
        client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def fetch(play, player, address):
    response = client_of(player).get(address.format(play.lot.code))
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, content


def names(content):
    return zipfile.ZipFile(BytesIO(content)).namelist()


REGULATOR, CENTRE, PUBLIC = "/regulator/lots/{}/bundle.zip", "/centre/lots/{}/bundle.zip", "/lots/{}/evidence.zip"


@pytest.fixture
def closed(house, cast):
    folder, hands = house
    return drive(cast, hands, folder, until="closed")


@pytest.fixture
def opened(house, cast):
    folder, hands = house
    return drive(cast, hands, folder, until="opened")


@pytest.fixture
def awarded(house, cast):
    folder, hands = house
    return drive(cast, hands, folder)


def test_before_the_opening_nobody_gets_a_bundle_and_the_refusal_says_why(closed, tmp_path):
    for player, address in ((closed.cast.regulator, REGULATOR), (closed.cast.centre, CENTRE), (None, PUBLIC)):
        status, content = fetch(closed, player, address)
        assert status == 409 and "投标文件尚未开启".encode() in content
    with pytest.raises(CommandError, match="not_opened"):
        call_command("export_bundle", closed.lot.code, "--out", str(tmp_path / "x.zip"))
    assert list(tmp_path.iterdir()) == []


def test_after_the_opening_the_regulator_gets_it_in_full_the_centre_without_contents_others_nothing(opened, tmp_path):
    status, content = fetch(opened, opened.cast.regulator, REGULATOR)
    assert status == 200 and any(name.endswith("sealed.bid") for name in names(content))
    (tmp_path / "full.zip").write_bytes(content)
    assert main([str(tmp_path / "full.zip")]) == 0
    assert Body.objects.filter(kind="protected.read", payload__contains="bundle").exists()
    status, content = fetch(opened, opened.cast.centre, CENTRE)
    assert status == 200 and not any(name.endswith(("sealed.bid", "shares.json")) for name in names(content))
    status, content = fetch(opened, None, PUBLIC)
    assert status == 409 and "中标结果尚未公布".encode() in content
    assert fetch(opened, opened.cast.centre, REGULATOR)[0] == 404
    assert fetch(opened, opened.cast.bidders[0], REGULATOR)[0] == 404
    assert fetch(opened, opened.cast.bidders[0], CENTRE)[0] == 404


def test_no_bundle_names_a_person_and_the_public_one_no_member_of_the_pool(awarded, tmp_path, capsys):
    """Logins, names and addresses are in no member; who was in the pool of experts is not in the public variant."""
    persons = {player.person.login for player in awarded.cast.everybody()} - {"centre", "regulator", "purchaser"}
    experts = {login for login in persons if login.startswith("expert")}
    secret = {"192.0.2.10", *(player.person.name for player in awarded.cast.everybody())}
    call_command("export_bundle", awarded.lot.code, "--out", str(tmp_path / "full.zip"), "--json")
    status, public = fetch(awarded, None, PUBLIC)
    assert status == 200
    for content, hidden in (((tmp_path / "full.zip").read_bytes(), secret), (public, secret | experts)):
        text = b"".join(zipfile.ZipFile(BytesIO(content)).read(name) for name in names(content))
        assert not [one for one in hidden if one.encode() in text]
    assert not any(name.endswith(("sealed.bid", "shares.json")) for name in names(public))
    (tmp_path / "public.zip").write_bytes(public)
    assert main([str(tmp_path / "public.zip")]) == 0


def test_of_a_withdrawn_or_replaced_bid_the_public_variant_tells_nothing_but_its_digest(awarded):
    _status, content = fetch(awarded, None, PUBLIC)
    shown = {name.split("/")[1] for name in names(content) if name.startswith("bids/")}
    from tendering.models import Bid

    ended = Bid.objects.filter(state__in=["withdrawn", "replaced"]).values_list("bid_digest", flat=True)
    assert len(shown) == 5 and not shown & set(ended)


def test_an_unknown_lot_is_told(db, tmp_path):
    with pytest.raises(CommandError, match="there is no lot"):
        call_command("export_bundle", "NOLOT", "--out", str(tmp_path / "x.zip"))


def export(code, out):
    call_command("export_bundle", code, "--out", str(out))


def test_a_bundle_that_cannot_be_written_is_told_and_nothing_half_written_is_left(opened, tmp_path):
    """An earlier bundle under that name stays, and is replaced by a whole one only."""
    code, out = opened.lot.code, tmp_path / "full.zip"
    with pytest.raises(CommandError, match="No such file or directory"):
        export(code, tmp_path / "nowhere" / "full.zip")
    (tmp_path / "folder.zip").mkdir()
    with pytest.raises(CommandError, match="Is a directory"):
        export(code, tmp_path / "folder.zip")
    export(code, out)
    size, earlier = out.stat().st_size, b"an earlier one"
    out.write_bytes(earlier)
    for room in (0, size // 2, size - 200):  # its signatures are made anew, and differ in length by a few bytes
        with full_beyond(room), pytest.raises(CommandError, match="File too large"):
            export(code, out)
        assert out.read_bytes() == earlier
    export(code, out)
    assert main([str(out)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.zip", "full.zip"]
