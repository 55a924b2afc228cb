"""Signed notes and checkpoints in the C2SP form."""

import base64
import string
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import cosignatures, notes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = notes.public_bytes(KEY.public_key())
HEAD = notes.Checkpoint("example.cn/log", 12, b"\x07" * 32)
NOTE = notes.signed(HEAD.text, "example.cn/log", KEY)


def test_a_checkpoint_reads_as_three_lines_and_one_signature():
    lines = NOTE.split("\n")
    assert lines[:3] == ["example.cn/log", "12", base64.b64encode(b"\x07" * 32).decode()]
    assert lines[3] == "" and lines[4].startswith("— example.cn/log ") and lines[5:] == [""]


def test_a_signed_checkpoint_is_read_back():
    assert notes.verified_checkpoint(NOTE, "example.cn/log", PUBLIC) == HEAD


def test_the_key_that_people_pin_names_itself():
    text = notes.verifier_key("example.cn/log", PUBLIC)
    assert notes.parsed_key(text) == ("example.cn/log", PUBLIC)


@pytest.mark.parametrize("place", range(len(notes.verifier_key("l", PUBLIC))))
def test_a_pinned_key_with_one_character_changed_is_refused(place):
    text = notes.verifier_key("l", PUBLIC)
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(notes.BadNote):
        notes.parsed_key(changed)


@pytest.mark.parametrize("place", range(len(NOTE)))
def test_a_note_with_one_character_changed_is_refused(place):
    changed = NOTE[:place] + ("A" if NOTE[place] != "A" else "B") + NOTE[place + 1 :]
    with pytest.raises(notes.BadNote):
        notes.verified_checkpoint(changed, "example.cn/log", PUBLIC)


def other_spellings(text):
    """Return every text with another last digit that a lenient decoder takes for the same bytes."""
    end = len(text.rstrip("="))
    made = [text[: end - 1] + digit + text[end:] for digit in string.ascii_letters + string.digits + "+/"]
    return [other for other in made if other != text and base64.b64decode(other) == base64.b64decode(text)]


def test_a_signature_has_one_spelling():
    head, start, signature = NOTE.rstrip("\n").rpartition(" ")
    others = other_spellings(signature)
    assert len(others) == 3
    for other in others:
        with pytest.raises(notes.BadNote, match="not base64"):
            notes.verified_checkpoint(f"{head}{start}{other}\n", "example.cn/log", PUBLIC)


def test_a_cosignature_has_one_spelling():
    verifier = cosignatures.verifier_key("w", KEY)
    line = cosignatures.cosigned(HEAD.text, "w", KEY, datetime(2026, 3, 2, tzinfo=UTC))
    head, start, signature = line.rpartition(" ")
    assert cosignatures.verified(line, HEAD.text, verifier).name == "w"
    others = other_spellings(signature)
    assert len(others) == 15
    for other in others:
        with pytest.raises(notes.BadNote, match="not base64"):
            cosignatures.verified(f"{head}{start}{other}", HEAD.text, verifier)


def test_other_signatures_beside_ours_are_passed_over():
    witness = Ed25519PrivateKey.generate()
    line = notes.signed(HEAD.text, "witness.example", witness).rpartition("\n\n")[2]
    assert notes.verified_checkpoint(NOTE + line, "example.cn/log", PUBLIC) == HEAD
    assert notes.verified_text(NOTE + line, "witness.example", notes.public_bytes(witness.public_key())) == HEAD.text


@pytest.mark.parametrize("text", ["", "\n\n", "a\n1\nAAAA\n", "no blank line", "x\n\n— \n"])
def test_what_is_no_note_is_refused(text):
    with pytest.raises(notes.BadNote):
        notes.verified_checkpoint(text, "example.cn/log", PUBLIC)
