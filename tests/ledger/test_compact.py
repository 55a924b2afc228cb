"""Receipts as the text of a QR code: RFC 9285's examples, round trips, and hostile texts."""

import hashlib
import zlib

import pytest
from hypothesis import given, strategies
from segno import make

from ledger.canonical import canonical
from ledger.compact import MOST_CHARACTERS, base45, compacted, expanded, from_base45
from ledger.offline import Unreadable, read_receipt

EXAMPLES = [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")]


@pytest.mark.parametrize(("data", "text"), EXAMPLES)
def test_base45_is_that_of_the_rfc(data, text):
    assert base45(data) == text and from_base45(text) == data


@given(strategies.binary(max_size=200))
def test_base45_comes_back(data):
    assert from_base45(base45(data)) == data


@pytest.mark.parametrize("text", ["A", "GGW", ":::", "aa", "AB\n", "ABCD"])
def test_what_is_no_base45_is_refused(text):
    with pytest.raises(ValueError, match=r"base45|substring"):
        from_base45(text)


def _receipt(nodes, tokens=0):
    return {
        "index": 5,
        "leaf": "ab" * 32,
        "size": 9,
        "checkpoint": "note",
        "path": [f"{number:064x}" for number in range(nodes)],
        "timestamps": [base45(bytes(range(256)))] * tokens,
    }


def test_a_receipt_is_kept_whole_where_it_fits():
    receipt = _receipt(10)
    text = compacted(receipt)
    assert expanded(text) == canonical(receipt)
    assert make(text, error="l", boost_error=False, micro=False).mode == "alphanumeric"


def test_timestamps_are_left_out_before_anything_else():
    tokens = [hashlib.sha512(bytes([n])).hexdigest() for n in range(80)]
    receipt = {**_receipt(4), "timestamps": tokens}
    assert expanded(compacted(receipt)) == canonical({**receipt, "timestamps": []})


def test_what_never_fits_becomes_a_digest():
    receipt = {**_receipt(0), "path": [hashlib.sha256(bytes([n])).hexdigest() for n in range(200)]}
    text = compacted(receipt)
    assert text.startswith("GH1-DIGEST:5:ABAB") and len(text) <= MOST_CHARACTERS
    assert hashlib.sha256(canonical(receipt)).hexdigest().upper() in text


@pytest.mark.parametrize("text", ["GH1:", "GH1:AAA", "GH1:" + "A" * 3000, "GH1-DIGEST:5", "GH1:\udce4", "GH1:BB8"])
def test_hostile_texts_are_no_receipts(text):
    with pytest.raises(Unreadable):
        read_receipt(text.encode("utf-8", "surrogateescape"))


def test_a_bomb_is_cut_off():
    with pytest.raises(ValueError, match="too long"):
        expanded("GH1:" + base45(zlib.compress(b"[" * (4 << 20), 9)))
