"""The bidder's pages as the server makes them: who may see them, what they say, what they refuse, receipts for ever."""

import json
import os

import pypdfium2
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from identity.queries import trust_root
from ledger import heads
from ledger.offline import Pinned, read_receipt, verify_receipt
from sealing.withdrawals import sign_withdrawal
from signing import verify_pdf
from tendering.models import Bid, Question
from tests.operations.conftest import hands, tender  # noqa: F401

STEPS = ("documents", "questions", "prepare", "seal", "receipt", "opening", "result")


@pytest.fixture
def client_of(tender):  # noqa: F811
    def signed_in(player):
        client = Client()
        client.force_login(player.person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed_in


def page(tender, step, *more):  # noqa: F811
    return "/".join(["", "bidder", "lots", tender.lot.code, step, *more, ""])


def signed(tender, player, bid):  # noqa: F811
    return json.dumps(sign_withdrawal(tender.keys_of(player), lot=tender.lot.code, bid_digest=bid.bid_digest))


@pytest.mark.parametrize("step", STEPS)
def test_every_step_answers_a_bidder_and_names_all_steps(tender, client_of, step):  # noqa: F811
    answer = client_of(tender.cast.bidders[0]).get(page(tender, step))
    assert answer.status_code == 200
    text = answer.content.decode()
    for words in ("一、招标文件", "三、准备", "四、封装与递交", "七、结果"):
        assert words in text
    assert 'aria-current="step"' in text


@pytest.mark.parametrize("step", ("prepare", "seal"))
def test_the_purchaser_may_not_prepare_a_bid_for_its_own_lot(tender, client_of, step):  # noqa: F811
    assert client_of(tender.cast.purchaser).get(page(tender, step)).status_code in (403, 404)


def test_a_stranger_is_sent_to_sign_in(tender, client):  # noqa: F811
    assert client.get(page(tender, "prepare")).status_code == 302


def test_an_empty_desk_says_how_a_tender_gets_there(tender, client_of):  # noqa: F811
    assert "还没有参与的标段" in client_of(tender.cast.outsider).get("/bidder/").content.decode()


def test_the_desk_shows_the_tender_once_a_question_was_asked(tender, client_of):  # noqa: F811
    client = client_of(tender.cast.bidders[0])
    answer = client.post(page(tender, "questions"), {"text": "图纸以哪一版为准？"}, follow=True)
    assert "已提问" in answer.content.decode()
    assert Question.objects.get().asker == tender.cast.bidders[0].organisation
    assert tender.lot.name in client.get("/bidder/").content.decode()
    assert tender.lot.name not in client_of(tender.cast.bidders[1]).get("/bidder/").content.decode()


def test_a_question_after_the_deadline_is_refused_and_what_was_typed_is_kept(tender, client_of, hands):  # noqa: F811
    hands.to(tender.lot.deadline_at)
    answer = client_of(tender.cast.bidders[0]).post(page(tender, "questions"), {"text": "迟到的问题"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "投标截止时间已过" in text
    assert "迟到的问题" in text


def test_an_objection_out_of_time_is_refused_with_its_law(tender, client_of):  # noqa: F811
    answer = client_of(tender.cast.bidders[0]).post(page(tender, "result"), {"matter": "candidates", "text": "不服"})
    assert answer.status_code == 409
    assert "现在不能对此提出异议" in answer.content.decode()


def test_the_scripts_get_their_words_and_the_checklist_as_data(tender, client_of):  # noqa: F811
    text = client_of(tender.cast.bidders[0]).get(page(tender, "prepare")).content.decode()
    block = text.split('<script id="data" type="application/json">')[1].split("</script>")[0]
    data = json.loads(block)
    assert data["organisation"] == tender.cast.bidders[0].organisation.uscc
    assert [row["kind"] for row in data["checklist"] if row["required"]][:2] == ["bid_letter", "authorisation"]
    assert data["operator"] == tender.cast.operator.organisation.uscc
    assert tender.cast.agency.organisation.uscc in data["agencies"]
    assert "<script>" not in text


def test_the_receipt_stays_available_and_is_signed(tender, client_of):  # noqa: F811
    player = tender.cast.bidders[0]
    tender.bid(player)
    tender.bid(player, sequence=2)
    first, second = Bid.objects.order_by("sequence")
    client = client_of(player)
    text = client.get(page(tender, "receipt")).content.decode()
    assert second.bid_digest in text
    assert "替换投标" in text and "撤回投标" in text and 'aria-label="回执二维码"' in text
    assert "已被替换" in client.get(page(tender, "receipt", first.bid_digest)).content.decode()
    answer = client.get(f"/bidder/lots/{tender.lot.code}/receipt/{first.bid_digest}/receipt.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert json.loads(answer.content) == first.receipt
    assert first.receipt["statement"]["body"]["bid_digest"] == first.bid_digest


def test_the_evidence_of_a_bid_verifies_offline_as_file_and_as_printed_code(tender, client_of):  # noqa: F811
    player = tender.cast.bidders[0]
    _, bid = tender.bid(player)
    base = f"/bidder/lots/{tender.lot.code}/receipt/{bid.bid_digest}"
    client = client_of(player)
    assert f"{base}/evidence.pdf" in client.get(page(tender, "receipt")).content.decode()
    answer = client.get(f"{base}/evidence.json")
    receipt = read_receipt(answer.content)
    verdict = verify_receipt(receipt, Pinned(heads.verifier_key()))
    assert verdict.faults == [] and receipt["body"]["payload"]["bid_digest"] == bid.bid_digest
    pdf = client.get(f"{base}/evidence.pdf").content
    (signature,) = verify_pdf(pdf, roots=[trust_root().encode()]).signatures
    assert signature.holds and signature.organisation == tender.cast.centre.organisation.uscc
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()  # so that the seal is drawn
    printed = document[0]
    assert "投标存证证明" in printed.get_textpage().get_text_bounded()
    picture = printed.render(scale=3, may_draw_forms=True).to_numpy()  # the seal must not lie over the code
    if folder := os.environ.get("PICTURES"):
        printed.render(scale=2, may_draw_forms=True).to_pil().save(f"{folder}/evidence.png")
    # OpenCV's reader misses a third of the codes of this size; this one takes dense print for bar codes at times
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert read_receipt(code.text.encode()) == receipt
    other = client_of(tender.cast.bidders[1])
    tender.bid(tender.cast.bidders[1])
    assert {other.get(f"{base}/evidence.{kind}").status_code for kind in ("json", "pdf")} == {404}


def test_nobody_sees_the_receipt_of_another(tender, client_of):  # noqa: F811
    _, bid = tender.bid(tender.cast.bidders[0])
    tender.bid(tender.cast.bidders[1])
    other = client_of(tender.cast.bidders[1])
    for tail in ("receipt", "withdraw"):
        assert other.get(page(tender, tail, bid.bid_digest)).status_code == 404
    assert other.get(f"/bidder/lots/{tender.lot.code}/receipt/{bid.bid_digest}/receipt.json").status_code == 404


def test_a_bid_is_withdrawn_only_by_the_red_button(tender, client_of):  # noqa: F811
    player = tender.cast.bidders[0]
    _, bid = tender.bid(player)
    client = client_of(player)
    assert "签名并确认撤回" in client.get(page(tender, "withdraw", bid.bid_digest)).content.decode()
    assert Bid.objects.get().state == "received"
    client.post(page(tender, "withdraw", bid.bid_digest), {"statement": signed(tender, player, bid)})
    assert Bid.objects.get().state == "withdrawn"


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("", "没有投标人签名的撤回声明"),
        ("[1.5", "没有投标人签名的撤回声明"),
        ("[]", "没有投标人签名的撤回声明"),
        ("{" * 70_000, "没有投标人签名的撤回声明"),
        ("\ud800\x00", "没有投标人签名的撤回声明"),
    ],
)
def test_a_withdrawal_without_the_bidders_statement_is_refused(tender, client_of, statement, words):  # noqa: F811
    player = tender.cast.bidders[0]
    _, bid = tender.bid(player)
    data = {"statement": statement.encode("utf-8", "replace").decode()}
    answer = client_of(player).post(page(tender, "withdraw", bid.bid_digest), data)
    assert answer.status_code == 409 and words in answer.content.decode()
    assert Bid.objects.get().state == "received"


def test_a_rivals_statement_withdraws_nothing(tender, client_of):  # noqa: F811
    player, rival = tender.cast.bidders[:2]
    _, bid = tender.bid(player)
    data = {"statement": signed(tender, rival, bid)}
    answer = client_of(player).post(page(tender, "withdraw", bid.bid_digest), data)
    assert answer.status_code == 409 and "签名证书不属于该投标人" in answer.content.decode()
    assert Bid.objects.get().state == "received"


def test_the_statement_of_the_offline_client_is_handed_in_as_a_file(tender, client_of):  # noqa: F811
    player = tender.cast.bidders[0]
    _, bid = tender.bid(player)
    file = SimpleUploadedFile("1.withdrawal.json", signed(tender, player, bid).encode())
    answer = client_of(player).post(page(tender, "withdraw", bid.bid_digest), {"file": file}, follow=True)
    assert "已撤回" in answer.content.decode()
    assert Bid.objects.get().state == "withdrawn"


def test_a_withdrawal_one_second_late_is_refused(tender, client_of, hands):  # noqa: F811
    player = tender.cast.bidders[0]
    _, bid = tender.bid(player)
    hands.to(tender.lot.deadline_at)
    hands.move(1)
    data = {"statement": signed(tender, player, bid)}
    answer = client_of(player).post(page(tender, "withdraw", bid.bid_digest), data)
    assert answer.status_code == 409
    assert "投标截止时间已到" in answer.content.decode()
    assert Bid.objects.get().state == "received"


def test_after_an_amendment_every_page_says_that_the_bid_must_be_sealed_again(tender, client_of):  # noqa: F811
    player = tender.cast.bidders[0]
    tender.bid(player)
    Bid.objects.update(state="superseded_by_amendment")
    tender.lot.amendment = 1
    tender.lot.save()
    client = client_of(player)
    for step in ("prepare", "receipt", "documents"):
        assert "须重新封装" in client.get(page(tender, step)).content.decode()
    assert "须重新封装" in client.get("/bidder/").content.decode()


def test_the_key_page_names_the_root_and_the_certificates(tender, client_of):  # noqa: F811
    from identity.queries import root_fingerprint

    player = tender.cast.bidders[0]
    kid = tender.keys_of(player).kid
    text = client_of(player).get("/bidder/keys/").content.decode()
    assert root_fingerprint() in text
    assert kid[:16] in text
