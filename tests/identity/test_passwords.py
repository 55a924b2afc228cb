"""Every weakness of a password is told in our own words."""

import pytest

from identity.passwords import weaknesses


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("a-long-and-rare-one", []),
        ("short", ["密码太短，至少要 10 个字符。"]),
        ("1234", ["密码太短，至少要 10 个字符。", "这个密码太常见，容易被猜中。"]),
        ("1234567890", ["这个密码太常见，容易被猜中。"]),
        ("", ["密码太短，至少要 10 个字符。"]),
    ],
)
def test_every_weakness_is_told_in_chinese(password, words):
    assert [reason.message for reason in weaknesses(password)] == words
