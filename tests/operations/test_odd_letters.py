"""Letters that would stop an opening or upset a ranking: such a bid ends alone, all others open, the record prints."""

import pypdfium2
import pytest
import typst

from sealing import manifest
from tendering import documents, printing
from tendering.models import Bid, BidState
from tendering.operations.close_lot import close_lot
from tendering.operations.confirm_record import confirm_record
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.say_in_hall import say_in_hall
from tendering.operations.start_opening import start_opening

ODD = {
    "a NUL in a text": ({"note": "a\x00b"}, "manifest"),
    "a NUL in a person's name": ({"key_persons": [{"name": "王\x00工", "role": "project_manager"}]}, "manifest"),
    "a NUL in a member's name": ({"no\x00te": "a"}, "manifest"),
    "another kind of price": ({"price": "3.00", "price_kind": "rate"}, "price_kind"),
    "a price of nothing": ({"price": "0.00"}, "price"),
}


def opened(tender, hands, monkeypatch, odd):
    """Open a lot of four bids, the last with odd fields, which its client did not refuse."""
    players = tender.cast.bidders[:4]
    with monkeypatch.context() as patch:
        patch.setattr(manifest, "_nul_reasons", lambda *_: [])
        files = [tender.bid(player, fields=odd if player is players[3] else None)[0] for player in players]
    hands.to(tender.lot.deadline_at)
    close_lot(lot_id=tender.lot.pk)
    start_opening(lot_id=tender.lot.pk)
    for player, file in zip(players, files, strict=True):
        tender.bidder_releases(player, file)
    end_window(lot_id=tender.lot.pk, actor=tender.cast.centre.actor)
    return open_bids(lot_id=tender.lot.pk)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_letter_ends_its_own_bid_and_no_other(tender, hands, monkeypatch, name):
    fields, check = ODD[name]
    assert opened(tender, hands, monkeypatch, fields).stage == "opened"
    ends = list(Bid.objects.order_by("received_at", "pk").values_list("state", "end_reason"))
    assert ends[3] == (BidState.REVOKED, check)
    assert {state for state, _ in ends[:3]} == {BidState.OPENED}


def test_neither_a_rare_name_nor_an_objection_full_of_emoji_holds_up_the_record(tender, hands, monkeypatch):
    person = {"key_persons": [{"name": "𠮷😀", "role": "project_manager"}]}
    opened(tender, hands, monkeypatch, person)
    code, host = tender.lot.code, tender.cast.centre.actor
    say_in_hall(lot_code=code, text="한국 😀 \x07", kind="objection", actor=tender.cast.bidders[0].actor)
    objection = tender.lot.objections.get(matter="opening")
    answer = {"kind": "answer", "answers": objection.public_id, "text": "已核对 😀"}
    say_in_hall(lot_code=code, actor=tender.cast.agency.actor, **answer)
    hands.move(11)
    pdf = documents.read(confirm_record(lot_code=code, actor=host).record_sha256)
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]
    text = "".join("".join(pages).split())
    assert all(sign in text for sign in ("U+20BB7", "U+1F600", "U+D55C"))


@pytest.mark.parametrize(
    "said", ["𠮷工 😀 한 ก \x07", "王\u20d0工", "厐\u20d0", "a\x85b\u202ec", "e\u0301", "王\U000e0100"]
)
def test_whatever_is_said_is_printed(tmp_path, said):
    (tmp_path / "said.typ").write_text('#set text(font: "Noto Serif SC")\n#json(bytes(sys.inputs.data)).said.first()')
    pdf = printing.render("said", {"said": [said], "n": 1, "none": None}, root=tmp_path)
    assert pdf == printing.render("said", {"said": [said], "n": 1, "none": None}, root=tmp_path)
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    wanted = {"𠮷": "U+20BB7", "\u20d0": "U+20D0", "\x85": "U+0085", "\u202e": "U+202E", "\x07": "U+0007"}
    assert all(number in text for sign, number in wanted.items() if sign in said)


def test_only_what_no_font_has_is_missing():
    assert printing._without_glyph(set("𠮷工😀한กé½Ω①")) == {"𠮷", "😀", "한", "ก"}


def test_a_wrong_template_is_told_as_such(tmp_path):
    (tmp_path / "wrong.typ").write_text("#nothing-of-that-name")
    with pytest.raises(typst.TypstError):
        printing.render("wrong", {"said": "好"}, root=tmp_path)


def test_thousands_of_strange_signs_are_judged_in_bounded_work():
    signs = {chr(code) for code in range(0xB000, 0xB000 + 2000)}
    assert printing._without_glyph(signs | {"好"}) >= signs
