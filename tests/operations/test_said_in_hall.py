"""What is said in the hall: objections and answers, wherever they are written; the same words twice are said once."""

import pytest

import ledger
from tendering import queries
from tendering.models import HallMessage, Objection
from tendering.operations.answer_objection import answer_objection
from tendering.operations.confirm_record import confirm_record
from tendering.operations.file_objection import file_objection
from tendering.operations.open_bids import open_bids
from tendering.operations.say_in_hall import say_in_hall
from tendering.refusals import ActRefused


@pytest.fixture
def opened(tender, hands):
    """A lot whose three bids are opened."""
    tender.collected(hands)
    open_bids(lot_id=tender.lot.pk)
    return tender


def object_in_hall(tender, text="对报价有异议", number=0):
    return say_in_hall(lot_code=tender.lot.code, text=text, kind="objection", actor=tender.cast.bidders[number].actor)


def answered(tender, hands):
    return queries.facts(tender.fresh(), hands.at).opening_objections_answered


def test_an_objection_answered_on_the_purchasers_page_is_answered_in_the_hall_and_in_the_record(opened, hands):
    object_in_hall(opened)
    assert not answered(opened, hands)
    objection = Objection.objects.get()
    answer_objection(objection_id=objection.public_id, actor=opened.cast.agency.actor, answer="已核对无误")
    assert answered(opened, hands)
    said = HallMessage.objects.order_by("pk").last()
    assert (said.kind, said.text, said.author) == ("answer", "已核对无误", opened.cast.agency.organisation.name)
    hands.move(11)
    record = confirm_record(lot_code=opened.lot.code, actor=opened.cast.centre.actor).record
    assert [row["answer"] for row in record["objections"]] == ["已核对无误"]


def test_answering_one_of_two_objections_leaves_the_other_open(opened, hands):
    object_in_hall(opened)
    object_in_hall(opened, "计时有误", number=1)
    first = Objection.objects.get(text="对报价有异议")
    answer = {"kind": "answer", "answers": first.public_id, "text": "已核对无误"}
    say_in_hall(lot_code=opened.lot.code, actor=opened.cast.agency.actor, **answer)
    assert not answered(opened, hands)


def test_an_objection_filed_outside_the_hall_and_answered_there_is_answered(opened, hands):
    code, actor = opened.lot.code, opened.cast.bidders[0].actor
    filed = file_objection(lot_code=code, actor=actor, matter="opening", text="对开标程序有异议")
    answer = {"kind": "answer", "answers": filed.public_id, "text": "程序合法"}
    say_in_hall(lot_code=code, actor=opened.cast.agency.actor, **answer)
    assert answered(opened, hands)


def test_an_answer_about_the_document_is_not_said_in_the_hall(tender):
    actor = tender.cast.bidders[0].actor
    filed = Objection.objects.create(
        public_id="5b1ff1a2-8f0a-4a9c-9f43-0f0f2f5d1c11",
        lot=tender.lot,
        matter="document",
        organisation_id=actor.organisation_id,
        text="资格条件过高",
        filed_at=tender.lot.announced_at,
    )
    answer_objection(objection_id=filed.public_id, actor=tender.cast.agency.actor, answer="不修改")
    assert not HallMessage.objects.exists()
    assert ledger.entries_of(tender.lot.code, kinds=["objection.answered"])


def test_the_same_objection_twice_is_one_objection_said_once(opened):
    first, again = object_in_hall(opened), object_in_hall(opened, " 对报价有异议 ")
    assert again.pk == first.pk
    assert Objection.objects.count() == HallMessage.objects.count() == opened.kinds().count("opening.objected") == 1


def test_the_same_words_of_another_bidder_or_after_the_answer_are_another_objection(opened):
    object_in_hall(opened)
    object_in_hall(opened, number=1)
    assert Objection.objects.count() == HallMessage.objects.count() == 2
    for objection in Objection.objects.all():
        answer_objection(objection_id=objection.public_id, actor=opened.cast.agency.actor, answer="已核对")
    for _ in range(2):
        object_in_hall(opened)
    assert Objection.objects.count() == HallMessage.objects.filter(kind="objection").count() == 3


def test_an_objection_filed_outside_the_hall_is_said_there_once_and_counts_once(opened):
    code, actor = opened.lot.code, opened.cast.bidders[0].actor
    file_objection(lot_code=code, actor=actor, matter="opening", text="对报价有异议")
    assert object_in_hall(opened).pk == object_in_hall(opened).pk
    assert Objection.objects.count() == HallMessage.objects.count() == 1


def test_the_same_answer_twice_is_said_once_and_another_is_refused_in_words(opened):
    object_in_hall(opened)
    answer = {"kind": "answer", "answers": Objection.objects.get().public_id, "actor": opened.cast.agency.actor}
    first = say_in_hall(lot_code=opened.lot.code, text="已核对无误", **answer)
    assert say_in_hall(lot_code=opened.lot.code, text="已核对无误", **answer).pk == first.pk
    with pytest.raises(ActRefused) as refused:
        say_in_hall(lot_code=opened.lot.code, text="另有说明", **answer)
    assert refused.value.codes == {"already_answered"}
    assert opened.kinds().count("opening.answered") == 1
