"""Judging text layers: real Chinese, real English, tables of figures, and the kinds of garbage seen in real files."""

import random

import pytest

from ocr.layer import GOOD_ENOUGH, is_spaced, layer_quality, tidy

REAL = "投标人应当按照招标文件的要求编制投标文件。投标文件应当对招标文件提出的实质性要求和条件作出响应。"


@pytest.mark.parametrize(
    "text",
    [
        REAL,
        "The bidder shall submit the documents required by the tender before the deadline.",
        "1 2,345.00 6,789.10 12% 3.5 2026-01-31 (4) 18/20 100.00 m2",
        "第一章 总则 ........................ 12\n第二章 资格 ........................ 15",
        "C30 混凝土 DN100 PVC-U φ8@200 HRB400 投标单价 12.50 元",
    ],
)
def test_real_layers_are_good_enough(text: str) -> None:
    assert layer_quality(text) >= GOOD_ENOUGH


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufffd\ufffd\ufffd\ufffd标\ufffd\ufffd\ufffd",
        "\ue001\ue002\ue003\ue114\ue225投\ue301",
        "Ç¥°÷æÐÞ¶§µø±¼¿Ñ×þß¬®Ç¥°÷æÐÞ¶§µø",
        "\x01\x02\x03\x04\x05\x06\x07\x08",
        "锟斤拷" * 3 + "".join(random.Random(7).sample([chr(code) for code in range(0x4E00, 0x9FA0)], 200)),
        "xQzWk bRtfg qwrtp zxcvb mnbvc lkjhg fdspt",
    ],
)
def test_garbage_layers_are_not(text: str) -> None:
    assert layer_quality(text) < GOOD_ENOUGH


def test_blanks_in_a_normal_text_are_kept() -> None:
    assert tidy("投标人 名称：某公司 日期：某日") == "投标人 名称：某公司 日期：某日"
    assert not is_spaced(REAL)


def test_spaced_glyphs_are_closed_up_but_words_in_latin_are_not() -> None:
    assert tidy("招 标 文 件 的 要 求 应 当 ISO 9001 认 证") == "招标文件的要求应当 ISO 9001 认证"
