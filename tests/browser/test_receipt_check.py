"""The evidence page verifies a receipt in the visitor's browser: every condition, offline, on a phone, in English."""

import copy
import json
import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.mac import flip_header_mac

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread

FOLDERS = ("DOCUMENT_ROOT", "CA_HOME", "SEALED_ROOT", "OPENED_ROOT", "UPLOAD_ROOT", "SERVER_HOME")
NAMES = ["form", "signature", "entry", "personal", "leaf", "inclusion", "checkpoint", "witnesses", "file"]


@pytest.fixture
def play(cast, settings, monkeypatch, tmp_path):
    """A lot that closed with six bids."""
    from ledger import clock
    from tests.lots import SettableClock
    from tests.verifier.awarded import drive

    for name in FOLDERS:
        setattr(settings, name, tmp_path / name.lower())
    hands = SettableClock()
    monkeypatch.setattr(clock, "now", hands)
    return drive(cast, hands, tmp_path, until="closed")


@pytest.fixture
def checker(page, live_server, play):
    """The evidence page, its network cut off once it is there."""
    refused = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    page.goto(live_server.url + "/evidence/")
    page.wait_for_selector("#receipt[data-ready]")
    page.context.set_offline(True)
    yield page
    page.context.set_offline(False)
    assert refused == []


def put(page, *files):
    """Give files to the page and return verdict and outcomes."""
    page.evaluate("delete document.querySelector('[data-answer]').dataset.verdict")
    rows = [
        {
            "name": name,
            "mimeType": "application/octet-stream",
            "buffer": data if isinstance(data, bytes) else _json(data),
        }
        for name, data in files
    ]
    page.set_input_files("#receipt input[type=file]", rows)
    page.wait_for_selector("[data-answer][data-verdict]")
    verdict = page.get_attribute("[data-answer]", "data-verdict")
    return verdict, {name: page.get_attribute(f"[data-check={name}]", "data-outcome") for name in NAMES}


def _json(value):
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def failed(outcomes):
    return {name for name, outcome in outcomes.items() if outcome == "failed"}


def flipped(text):
    return ("0" if text[0] != "0" else "1") + text[1:]


def signed_again(receipt, **said):
    """The platform signs something else than it logged."""
    from tendering import receipts

    receipt["statement"] = receipts.sign(receipt["statement"]["body"] | said)


TAMPERINGS = {
    "the platform's statement": (lambda r: r["statement"]["body"].update(count=99), {"signature"}),
    "the statement's bid": (lambda r: r["statement"]["body"].update(bid_digest="00" * 32), {"signature", "entry"}),
    "the statement's trailer, signed": (lambda r: signed_again(r, trailer_sha256="00" * 32), {"entry"}),
    "the statement's envelope, signed": (lambda r: signed_again(r, envelope="technical"), {"entry"}),
    "the entry's trailer": (lambda r: r["evidence"]["body"]["payload"].pop("trailer_sha256"), {"entry", "leaf"}),
    "the instant": (lambda r: r["evidence"].update(at="2026-03-01T00:00:00.000000Z"), {"entry", "leaf"}),
    "the entry's size": (lambda r: r["evidence"]["body"]["payload"].update(size=1), {"entry", "leaf"}),
    "the role": (lambda r: r["evidence"]["body"].update(role="centre"), {"leaf"}),
    "the salt": (lambda r: r["evidence"].update(salt=flipped(r["evidence"]["salt"])), {"leaf"}),
    "the leaf": (lambda r: r["evidence"].update(leaf=flipped(r["evidence"]["leaf"])), {"leaf", "inclusion"}),
    "the index": (lambda r: r["evidence"].update(index=r["evidence"]["index"] - 1), {"leaf", "inclusion"}),
    "a step of the path": (lambda r: r["evidence"]["path"].__setitem__(0, "00" * 32), {"inclusion"}),
    "the length of the path": (lambda r: r["evidence"]["path"].pop(), {"inclusion"}),
    "who handed it in": (lambda r: r["evidence"]["revealed"]["actor"].update(value="another"), {"personal"}),
    "the size of the head": (
        lambda r: r["evidence"].update(size=r["evidence"]["size"] + 1),
        {"inclusion", "checkpoint"},
    ),
    "the head's signature": (
        lambda r: r["evidence"].update(checkpoint=r["evidence"]["checkpoint"][:-9] + "AAAAAAA=\n"),
        {"checkpoint"},
    ),
    "a node cut at another byte": (
        lambda r: r["evidence"]["path"].__setitem__(0, r["evidence"]["path"][0][:62]),
        {"form"},
    ),
    "a leaf cut at another byte": (lambda r: r["evidence"].update(leaf=r["evidence"]["leaf"] + "00"), {"form"}),
    "a node in another spelling": (
        lambda r: r["evidence"]["path"].__setitem__(0, r["evidence"]["path"][0].upper()),
        {"form"},
    ),
    "an unknown field": (lambda r: r["evidence"].update(more=1), {"form"}),
    "a missing field": (lambda r: r["evidence"].pop("salt"), {"form"}),
    "a text that is none": (lambda r: r["evidence"].update(salt=5), {"form"}),
    "no evidence": (lambda r: r.update(evidence=None), {"form"}),
}


def test_a_true_receipt_passes_without_any_request_and_each_alteration_is_named(checker, play):
    asked = []
    checker.on("request", lambda request: asked.append(request.url))
    receipt = play.receipt()
    verdict, outcomes = put(checker, ("receipt.json", receipt))
    assert verdict == "ok" and failed(outcomes) == set()
    assert [name for name in NAMES if outcomes[name] != "ok"] == ["witnesses", "file"]
    assert play.lot.code in checker.inner_text("[data-answer]")
    for what, (tamper, expected) in TAMPERINGS.items():
        altered = copy.deepcopy(receipt)
        tamper(altered)
        verdict, outcomes = put(checker, ("altered.json", altered))
        assert (verdict, failed(outcomes)) == ("failed", expected), what
    assert asked == []


def test_the_sealed_file_beside_the_receipt_is_held_against_its_digest(checker, play):
    receipt = play.receipt()
    digest = receipt["evidence"]["body"]["payload"]["bid_digest"]
    own = play.files[digest].read_bytes()
    other = next(path.read_bytes() for name, path in play.files.items() if name != digest)
    verdict, outcomes = put(checker, ("own.bid", own), ("receipt.json", receipt))
    assert verdict == "ok" and outcomes["file"] == "ok"
    unnamed = copy.deepcopy(receipt)
    del unnamed["evidence"]["body"]["payload"]["trailer_sha256"]
    assert failed(put(checker, ("own.bid", own), ("receipt.json", unnamed))[1]) == {"entry", "leaf", "file"}
    flip_header_mac(play.files[digest])  # the digest stays the same
    flipped_mac = play.files[digest].read_bytes()
    assert len(flipped_mac) == len(own) and flipped_mac != own
    for wrong in (other, own[:-1], own[:5000] + b"x" + own[5001:], b"BIDSEAL", flipped_mac):
        verdict, outcomes = put(checker, ("wrong.bid", wrong), ("receipt.json", receipt))
        assert verdict == "failed" and failed(outcomes) == {"file"}


def test_cosignatures_of_the_witnesses_on_the_page_are_verified(checker, play, live_server):
    from ledger.models import Checkpoint, Entry
    from ledger.receipts import receipt as receipt_of

    cosigned = Checkpoint.objects.filter(cosignatures__isnull=False).get()
    entry = Entry.objects.get(index=cosigned.size - 1)
    evidence = receipt_of(entry)
    assert evidence["cosignatures"]
    _verdict, outcomes = put(checker, ("entry.json", evidence))
    assert outcomes["witnesses"] == "ok" and failed(outcomes) == {"entry"}  # an entry, but not of a bid
    evidence["cosignatures"][0] = evidence["cosignatures"][0][:-6] + "AAAA=="
    _verdict, outcomes = put(checker, ("entry.json", evidence))
    assert failed(outcomes) == {"entry", "witnesses"}


def test_the_text_of_a_printed_receipts_code_is_verified_too(checker, play):
    from ledger.compact import compacted

    def paste(text):
        checker.evaluate("delete document.querySelector('[data-answer]').dataset.verdict")
        checker.fill("#receipt-code", text)
        checker.wait_for_selector("[data-answer][data-verdict]")
        return checker.get_attribute("[data-answer]", "data-verdict")

    code = compacted(play.receipt()["evidence"])
    assert code.startswith("GH1:")
    assert paste(code) == "ok"
    outcomes = {name: checker.get_attribute(f"[data-check={name}]", "data-outcome") for name in NAMES}
    assert outcomes["inclusion"] == outcomes["checkpoint"] == "ok" and outcomes["signature"] == "unknown"
    altered = play.receipt()["evidence"] | {"salt": "00" * 32}
    for wrong in (compacted(altered), code[:-1], code[:40], "GH1:", "GH1:===", "hello"):
        assert paste(wrong) == "failed", wrong[:20]


GARBAGE = [b"", b"{}", b"[]", b"null", b"not json", b'{"a":1,"a":2}', b"\xff\xfe", b"[" * 100_000, b"x" * (2 << 20)]


def test_what_is_no_receipt_is_told_as_such(checker):
    for garbage in GARBAGE:
        verdict, outcomes = put(checker, ("garbage.json", garbage))
        assert verdict == "failed" and failed(outcomes) == {"form"}, garbage[:20]


@pytest.mark.parametrize(("width", "english"), [(1280, False), (390, False), (390, True)])
def test_the_verdict_is_accessible_and_fits(page, live_server, play, width, english):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(live_server.url + "/evidence/")
    if english:
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")
    page.wait_for_selector("#receipt[data-ready]")
    assert put(page, ("receipt.json", play.receipt()))[0] == "ok"
    told = page.inner_text("[data-answer]")
    assert ("The receipt is valid" if english else "回执有效") in told
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
