"""Both suites: known answers, round trips, and what they refuse."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suites import NAMES, BadKey, WrongKey, known_answers, registry, self_test, shamir, suite_named
from suites.certificates import BadCertificate, facts_of, from_pem, issue_certificate, load, make_authority, to_pem
from suites.paths import check_path, check_signer, check_structure
from suites.possession import possession_message, proves_possession

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
INTL = suite_named("INTL-1")


def test_every_published_answer_holds() -> None:
    self_test()


def test_a_wrong_answer_is_named(monkeypatch) -> None:
    monkeypatch.setitem(known_answers.ANSWERS, "SM3", lambda: False)
    with pytest.raises(registry.SelfTestFailed, match="SM3"):
        self_test()


@pytest.mark.parametrize("name", NAMES)
def test_a_wrap_opens_with_its_key_and_context_only(name: str) -> None:
    suite = suite_named(name)
    pair, other = suite.generate(), suite.generate()
    wrap = suite.wrap(pair.public, b"c" * 32, b"s" * 32)
    assert suite.accepts_wrap(wrap)
    assert suite.unwrap(pair.private, b"c" * 32, wrap) == b"s" * 32
    for private, context in ((pair.private, b"d" * 32), (other.private, b"c" * 32)):
        with pytest.raises(WrongKey):
            suite.unwrap(private, context, wrap)


@pytest.mark.parametrize("name", NAMES)
def test_chunks_are_authenticated_and_bound_to_their_place(name: str) -> None:
    suite = suite_named(name)
    key, mac_key = bytes(suite.chunk_key_length), bytes(32)
    for size in (1, 15, 16, 17, 1 << 20):
        sealed = bytes(suite.chunk_cipher(key, mac_key).seal(b"n" * 12, b"x" * size))
        assert len(sealed) == size + suite.tag_length
        assert bytes(suite.chunk_cipher(key, mac_key).open(b"n" * 12, sealed)) == b"x" * size
        for nonce, data in ((b"m" * 12, sealed), (b"n" * 12, bytes([sealed[0] ^ 1]) + sealed[1:]), (b"n" * 12, b"")):
            with pytest.raises(WrongKey):
                suite.chunk_cipher(key, mac_key).open(nonce, data)


@pytest.mark.parametrize("name", NAMES)
def test_signatures_and_keys(name: str) -> None:
    suite = suite_named(name)
    pair = suite.generate()
    assert suite.public_of(pair.private) == pair.public
    signature = suite.sign(pair.private, b"message")
    assert suite.verify(pair.public, b"message", signature)
    assert not suite.verify(pair.public, b"massage", signature)
    assert not suite.verify(pair.public, b"message", b"")
    assert not suite.verify(suite.generate().public, b"message", signature)
    for wrong in (b"", pair.public[:-1], pair.public + b"\x00", bytes(len(pair.public))):
        with pytest.raises(BadKey):
            suite.check_public(wrong)


def test_a_key_of_one_suite_is_none_of_the_other() -> None:
    with pytest.raises(BadKey):
        INTL.check_public(suite_named("GM-1").generate().public)
    with pytest.raises(BadKey):
        suite_named("GM-1").check_public(INTL.generate().public)


@given(st.binary(min_size=32, max_size=32), st.integers(2, 5), st.data())
def test_any_threshold_of_shares_gives_secret_and_every_other_share(secret: bytes, threshold: int, data) -> None:
    count = data.draw(st.integers(threshold, 7))
    rows = dict(enumerate(shamir.split(secret, threshold=threshold, count=count), start=1))
    chosen = data.draw(st.permutations(sorted(rows)))[:threshold]
    points = {index: rows[index] for index in chosen}
    assert shamir.combine(points) == secret
    assert all(shamir.value_at(index, points) == share for index, share in rows.items())


def test_index_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="indexes"):
        shamir.combine({0: bytes(32), 1: bytes(32)})


@pytest.fixture(scope="module")
def authority() -> tuple[bytes, bytes, bytes, bytes]:
    """CA key, CA certificate, leaf key, leaf certificate."""
    ca, own = INTL.generate(), INTL.generate()
    root = make_authority(ca.private, common_name="Root", not_before=START, not_after=END)
    leaf = issue_certificate(
        ca.private,
        root,
        public_key_spki=own.public,
        organisation_id="91442000MA4UX4JX4D",
        common_name="某公司",
        not_before=START,
        not_after=END,
    )
    return ca.private, root, own.private, leaf


def test_an_issued_certificate_leads_to_its_root(authority) -> None:
    _, root, own, leaf = authority
    assert facts_of(leaf).organisation == "91442000MA4UX4JX4D"
    assert facts_of(leaf).public == INTL.public_of(own)
    for chain in ([leaf], [leaf, root]):
        assert check_structure(chain, INTL) == []
        assert check_path(chain, [root], NOW) == []
    assert check_signer([leaf], "91442000MA4UX4JX4D") == []
    assert [reason.check for reason in check_signer([leaf], "OTHER")] == ["signer"]
    assert from_pem(to_pem(leaf) + to_pem(root)) == [leaf, root]


def test_a_leaf_cannot_issue_certificates(authority) -> None:
    _, root, own, leaf = authority
    forged = issue_certificate(
        own,
        leaf,
        public_key_spki=INTL.generate().public,
        organisation_id="VICTIM",
        common_name="x",
        not_before=START,
        not_after=END,
    )
    assert check_structure([forged, leaf], INTL) == []
    assert {reason.check for reason in check_path([forged, leaf], [root], NOW)} == {"path"}


def test_validity_is_judged_at_the_told_instant(authority) -> None:
    _, root, _, leaf = authority
    assert check_path([leaf], [root], END) == []
    late = check_path([leaf], [root], datetime(2041, 1, 1, tzinfo=UTC))
    assert [reason.check for reason in late] == ["validity", "validity"]


def test_garbage_is_no_certificate(authority) -> None:
    leaf = authority[3]
    for data in (b"", b"garbage", leaf + b"\x00", leaf[:-1]):
        with pytest.raises(BadCertificate):
            load(data)
    assert [reason.check for reason in check_structure([], INTL)] == ["certificates"]
    assert [reason.check for reason in check_structure([leaf, leaf], INTL)] == ["certificates"]


def test_possession_covers_challenge_and_both_keys() -> None:
    seal, sign = INTL.generate(), INTL.generate()
    told = {"challenge": b"c" * 32, "seal_public": seal.public, "sign_public": sign.public}
    signature = INTL.sign(sign.private, possession_message(INTL, **told))
    assert proves_possession(INTL, signature, **told)
    assert not proves_possession(INTL, signature, **(told | {"challenge": b"d" * 32}))
    assert not proves_possession(INTL, signature, **(told | {"seal_public": sign.public}))
