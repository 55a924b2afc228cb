"""A lot's draws: committed to before, opened to lines, held before any bid can be opened, recomputed by anybody."""

import json
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

import lawbook
import ledger
from evaluation import queries as evaluation_queries
from identity.actor import CLOCK
from identity.queries import viewer_of
from ledger import notes
from ledger.canonical import instant
from ledger.heads import verifier_key
from tendering import agenda, bid_queries, draw_queries
from tendering.models import Draw, DrawLine, Lot, Opening, Release
from tendering.operations import drawing
from tendering.operations.add_draw_line import add_draw_line
from tendering.operations.ask_rescue import ask_rescue
from tendering.operations.draw_coefficients import draw_coefficients
from tendering.operations.end_window import end_window
from tendering.operations.open_bids import open_bids
from tendering.operations.resume_lot import resume_lot
from tendering.operations.suspend_lot import suspend_lot
from tendering.refusals import ActRefused, LostRace
from tendering.rules import draws
from tests.sealed import make_tender

SET = ("0", "0.01", "0.02", "0.03")


@pytest.fixture
def drawing_lot(tender, hands):
    """An announced lot whose float is drawn from four published values; every draw is committed to."""
    return committed(tender, hands)


def committed(tender, hands):
    scheme = deepcopy(dict(lawbook.scheme("construction")))
    scheme["price"]["float_set"] = list(SET)
    Lot.objects.filter(pk=tender.lot.pk).update(scheme=scheme)
    with transaction.atomic():
        drawing.commit(tender.fresh(), now=hands.at, actor=tender.cast.agency.actor)
    return tender


@pytest.fixture
def window(drawing_lot, hands):
    """Three bids, the opening just started."""
    return drawing_lot.opened_window(hands)


def entries(tender, kind: str, **known) -> list:
    return [row["body"] and row["body"]["payload"] for row in ledger.entries_of(tender.lot.code, kinds=[kind], **known)]


def kinds(tender) -> list[str]:
    return tender.kinds()


def say(tender, player, text: str = "阳光") -> DrawLine:
    return add_draw_line(lot_code=tender.lot.code, text=text, actor=player.actor)


def draw_due(tender, hands) -> Draw:
    hands.to(draw_queries.pending_coefficients(tender.fresh()).closes_at)
    return draw_coefficients(lot_id=tender.lot.pk)


def test_every_seed_is_committed_to_and_none_is_told(drawing_lot):
    (told,) = entries(drawing_lot, "draw.committed")
    assert [row["matter"] for row in told["draws"]] == ["coefficients", "experts", "ties"]
    rows = {row.matter: row for row in Draw.objects.all()}
    for row in told["draws"]:
        assert draws.seed_matches(bytes.fromhex(rows[row["matter"]].seed), row["commitment"])
        assert row["purpose"] == f"{drawing_lot.lot.code}/{row['matter']}"
    assert len({row.seed for row in rows.values()}) == 3
    everything = json.dumps(ledger.feed(limit=500, viewer=ledger.HOUSE), default=str)
    assert not any(row.seed in everything for row in rows.values())


def test_committing_twice_changes_nothing(drawing_lot, hands):
    before = list(Draw.objects.values_list("commitment", flat=True))
    with transaction.atomic():
        assert drawing.commit(drawing_lot.fresh(), now=hands.at, actor=CLOCK) == []
    assert list(Draw.objects.values_list("commitment", flat=True)) == before
    assert len(entries(drawing_lot, "draw.committed")) == 1


def test_the_head_is_fixed_before_the_first_line_and_after_the_commitment(drawing_lot, window):
    (opened,) = entries(drawing_lot, "draw.opened")
    head = opened["checkpoint"]
    committed = next(r["index"] for r in ledger.entries_of(drawing_lot.lot.code, kinds=["draw.committed"]))
    index = next(r["index"] for r in ledger.entries_of(drawing_lot.lot.code, kinds=["draw.opened"]))
    assert committed < head["size"] <= index
    note = ledger.models.Checkpoint.objects.get(size=head["size"]).note
    name, public = notes.parsed_key(verifier_key())
    assert notes.verified_checkpoint(note, name, public).root.hex() == head["root"]


def test_the_draw_depends_on_seed_lines_and_head_and_recomputes(drawing_lot, window, hands):
    cast = drawing_lot.cast
    lines = {cast.bidders[1]: "阳光", cast.centre: "见证", cast.regulator: "监督", cast.bidders[0]: "公正"}
    for player, text in lines.items():
        say(drawing_lot, player, f"  {text} ")
    row = draw_due(drawing_lot, hands)
    assert row.record["contributions"] == list(lines.values())
    assert draws.problems(row.record) == []
    (revealed,) = entries(drawing_lot, "draw.revealed", viewer=ledger.Viewer())
    assert revealed["record"] == row.record  # everybody may read it at once
    (drawn,) = row.record["result"]["float_ratio"]
    assert drawn in SET and row.record["matters"][0]["candidates"] == list(SET)
    assert entries(drawing_lot, "draw.closed")[0]["lines"] == 4
    assert [line["text"] for line in entries(drawing_lot, "draw.contributed")] == list(lines.values())
    assert draw_queries.drawn_coefficients(drawing_lot.fresh()) == {"float_ratio": drawn}


def test_nothing_can_be_opened_before_the_coefficients_are_drawn(drawing_lot, window, hands):
    player, (file, bid) = drawing_lot.cast.bidders[0], window[0]
    with pytest.raises(ActRefused) as refused:
        drawing_lot.bidder_releases(player, file)
    assert refused.value.codes == {"coefficients_first"}
    with pytest.raises(ActRefused) as refused:
        ask_rescue(lot_code=drawing_lot.lot.code, bid_digest=file.digest, reason="", actor=player.actor)
    assert refused.value.codes == {"coefficients_first"}
    assert not bid_queries.custodians_act(drawing_lot.fresh(), bid)
    draw_due(drawing_lot, hands)
    drawing_lot.bidder_releases(player, file)
    assert Release.objects.count() == 1


def test_the_drawn_value_enters_the_price_scores(drawing_lot, window, hands):
    drawn = Decimal(draw_due(drawing_lot, hands).record["result"]["float_ratio"][0])
    for player, (file, _bid) in zip(drawing_lot.cast.bidders, window, strict=False):
        drawing_lot.bidder_releases(player, file)
    end_window(lot_id=drawing_lot.lot.pk, actor=drawing_lot.cast.centre.actor)
    lot = open_bids(lot_id=drawing_lot.lot.pk)
    terms = evaluation_queries.opened_terms(lot, evaluation_queries.opened_digests(lot))
    assert terms.coefficients.float_ratio == drawn
    held, opened = kinds(drawing_lot).index("draw.revealed"), kinds(drawing_lot).index("bid.opened")
    assert held < kinds(drawing_lot).index("share.released") < opened


def test_the_clock_draws_when_the_time_for_lines_is_over(drawing_lot, window, hands):
    lot = drawing_lot.fresh()
    closes_at = draw_queries.pending_coefficients(lot).closes_at
    assert lot.next_due_at is not None and agenda.next_due_at(lot) == closes_at < lot.opening.window_ends_at
    assert agenda.carry_out(lot.pk) == 0
    hands.to(closes_at)
    assert agenda.carry_out(lot.pk) == 1
    assert "draw.revealed" in kinds(drawing_lot)
    assert drawing_lot.fresh().next_due_at == lot.opening.window_ends_at


def test_a_suspension_takes_no_time_from_the_lines(drawing_lot, window, hands):
    code, regulator = drawing_lot.lot.code, drawing_lot.cast.regulator.actor
    closes_at = draw_queries.pending_coefficients(drawing_lot.fresh()).closes_at
    hands.move(1)
    suspend_lot(lot_code=code, actor=regulator, reason="受理投诉")
    hands.move(3600)
    resumed = resume_lot(lot_code=code, actor=regulator, reason="投诉已处理")
    moved = draw_queries.pending_coefficients(resumed).closes_at
    assert moved == resumed.next_due_at == closes_at + timedelta(hours=1)
    (told,) = entries(drawing_lot, "lot.resumed")
    assert told["lines_end_at"] == instant(moved)
    assert say(drawing_lot, drawing_lot.cast.bidders[0]).number == 1


def test_a_clock_that_was_away_draws_before_the_window_ends(drawing_lot, window, hands):
    hands.to(Opening.objects.get().window_ends_at)
    end_window(lot_id=drawing_lot.lot.pk)
    order = kinds(drawing_lot)
    assert order.index("draw.revealed") < order.index("opening.window_ended")


def test_the_host_may_draw_early_only_when_everybody_has_had_a_say(drawing_lot, window, hands):
    host = drawing_lot.cast.centre.actor
    for player in drawing_lot.cast.bidders[:2]:
        say(drawing_lot, player)
    with pytest.raises(ActRefused) as refused:
        draw_coefficients(lot_id=drawing_lot.lot.pk, actor=host)
    assert refused.value.codes == {"draw_lines_open"}
    with pytest.raises(ActRefused) as refused:
        draw_coefficients(lot_id=drawing_lot.lot.pk, actor=drawing_lot.cast.bidders[0].actor)
    assert refused.value.codes == {"not_the_host"}
    with pytest.raises(ActRefused):
        draw_coefficients(lot_id=drawing_lot.lot.pk)
    say(drawing_lot, drawing_lot.cast.bidders[2])
    assert draw_coefficients(lot_id=drawing_lot.lot.pk, actor=host).record["result"]
    with pytest.raises(LostRace):
        draw_coefficients(lot_id=drawing_lot.lot.pk, actor=host)
    assert kinds(drawing_lot).count("draw.revealed") == 1


def test_one_line_for_each_organisation_and_the_same_again_is_the_same(drawing_lot, window):
    player = drawing_lot.cast.bidders[0]
    first = say(drawing_lot, player, "阳光")
    assert say(drawing_lot, player, "阳光 ").pk == first.pk
    with pytest.raises(ActRefused) as refused:
        say(drawing_lot, player, "另一行")
    assert refused.value.codes == {"draw_line_once"}


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "text_empty"), ("  ", "text_empty"), ("字" * 101, "draw_line_long"), ("a\nb", "draw_line_long")],
)
def test_what_is_no_line_is_refused(drawing_lot, window, text: str, code: str):
    with pytest.raises(ActRefused) as refused:
        say(drawing_lot, drawing_lot.cast.bidders[0], text)
    assert refused.value.codes == {code}


def test_only_those_present_add_a_line(drawing_lot, window):
    cast = drawing_lot.cast
    for stranger in (cast.bidders[3], cast.outsider, cast.experts[0]):
        with pytest.raises(ActRefused) as refused:
            say(drawing_lot, stranger)
        assert refused.value.codes == {"draw_not_present"}
    for present in (cast.purchaser, cast.agency, cast.centre, cast.regulator):
        assert say(drawing_lot, present).number


def test_no_line_before_the_opening_tells_who_bids(drawing_lot, hands):
    player = drawing_lot.cast.bidders[0]
    drawing_lot.bid(player)
    with pytest.raises(ActRefused) as refused:
        say(drawing_lot, player)
    assert "draw_closed" in refused.value.codes
    assert "draw.contributed" not in kinds(drawing_lot)


def test_lines_still_enter_the_other_draws_after_the_coefficients(drawing_lot, window, hands):
    say(drawing_lot, drawing_lot.cast.bidders[0], "早")
    assert draw_due(drawing_lot, hands).record["contributions"] == ["早"]
    say(drawing_lot, drawing_lot.cast.bidders[1], "晚")
    with transaction.atomic():
        experts = drawing.begun(drawing_lot.fresh(), "experts", now=hands.at)
        record = drawing.hold(experts, [draws.Matter("a", ("x", "y"))], now=hands.at)
    assert record["contributions"] == ["早", "晚"]


def test_a_draw_is_held_once(drawing_lot, window, hands):
    draw_due(drawing_lot, hands)
    with pytest.raises(ActRefused) as refused, transaction.atomic():
        drawing.hold_coefficients(drawing_lot.fresh(), now=hands.at, actor=CLOCK)
    assert refused.value.codes == {"draw_held"}


def test_without_a_commitment_there_is_no_draw(tender, hands):
    tender.opened_window(hands)
    with pytest.raises(ActRefused) as refused, transaction.atomic():
        drawing.begun(tender.fresh(), "experts", now=hands.at)
    assert refused.value.codes == {"draw_uncommitted"}


def test_a_scheme_without_sets_waits_for_no_draw(tender, hands):
    window = tender.opened_window(hands)
    assert draw_queries.pending_coefficients(tender.fresh()) is None
    tender.bidder_releases(tender.cast.bidders[0], window[0][0])
    with pytest.raises(LostRace):
        draw_coefficients(lot_id=tender.lot.pk)


def test_where_only_custodians_hold_the_key_the_window_lasts_as_long_as_the_lines(cast, tmp_path, hands):
    tender = committed(make_tender(cast, tmp_path, now=hands.at, policy="custodians"), hands)
    bids = [bid for _file, bid in tender.opened_window(hands)]
    opening = Opening.objects.get()
    assert opening.window_ends_at - opening.started_at == timedelta(seconds=4)
    assert not any(bid_queries.custodians_act(tender.fresh(), bid) for bid in bids)
    draw_due(tender, hands)
    assert all(bid_queries.custodians_act(tender.fresh(), bid) for bid in bids)


def test_what_everybody_sees_holds_no_secret(drawing_lot, window, hands):
    draw_due(drawing_lot, hands)
    with transaction.atomic():
        drawing.hold(
            drawing.begun(drawing_lot.fresh(), "experts", now=hands.at), [draws.Matter("a", ("x",))], now=hands.at
        )
    shown = {row.matter: row for row in draw_queries.shown(drawing_lot.fresh())}
    assert shown["coefficients"].record["seed"] and not shown["experts"].record and not shown["experts"].closed_at
    seeds = Draw.objects.exclude(matter="coefficients").values_list("seed", flat=True)
    assert not any(seed in repr(shown) for seed in seeds)


def test_the_committees_draw_stays_secret_until_the_result(opened):
    from tests.opened_lot import seat

    seat(opened)
    everybody = ledger.entries_of(opened.code, kinds=["committee.drawn"], viewer=ledger.Viewer())
    assert everybody[0]["body"] is None
    (house,) = ledger.entries_of(opened.code, kinds=["committee.drawn"])
    assert draws.problems(house["body"]["payload"]) == []
    regulator = viewer_of(opened.cast.regulator.actor)
    shown = json.dumps(ledger.entries_of(opened.code, kinds=["draw.closed", "draw.opened"], viewer=regulator))
    assert not any(member.person.login in shown for member in opened.members())
