"""Fields of licences, letters and certificates, and the codes and amounts they are checked by."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from ocr import Line, Page, read_document
from ocr.fields import KINDS, fields_of, read_fields
from ocr.fields.amounts import capitals_to_yuan, figures_to_yuan
from ocr.fields.business_licence import read_business_licence
from ocr.fields.codes import check_credit_code, check_identity_number, find_code
from ocr.fields.shapes import parse_date
from tests.ocr import papers

VALID = "91110000600037341L"  # the worked example of the standard's implementation


def sheet(*lines: tuple[str, float, float, float, float]) -> Page:
    """A page of lines: (text, x0, y0, x1, y1)."""
    found = tuple(Line(text, (x0, y0, x1, y1), 0.99) for text, x0, y0, x1, y1 in lines)
    return Page(1, "ocr", 0.99, "\n".join(line.text for line in found), lines=found, unit="px", width=1000, height=1400)


LICENCE = sheet(
    ("营业执照", 300, 100, 700, 180),
    (f"统一社会信用代码{VALID}", 400, 200, 700, 224),
    ("名类住", 100, 300, 130, 440),
    ("称北京示例建设工程有限公司", 200, 300, 500, 326),
    ("型", 200, 350, 226, 376),
    ("有限责任公司(自然人独资)", 240, 346, 480, 370),
    ("所", 200, 400, 226, 426),
    ("北京市海淀区中关村大街1号示例大厦甲座12层", 240, 402, 600, 426),
    ("1205室", 240, 430, 320, 452),
    ("法定代表人", 100, 470, 226, 496),
    ("欧阳明", 240, 462, 310, 488),
    ("注册资本壹仟万元整", 100, 520, 400, 546),
    ("成立日", 100, 570, 170, 596),
    ("期2015年10月15日", 190, 570, 400, 596),
    ("营业期限", 100, 620, 226, 646),
    ("自2015年10月15日", 240, 618, 400, 642),
    ("至2035年10月14日", 410, 618, 570, 642),
    ("经营范围", 100, 670, 226, 696),
    ("建筑工程施工。", 240, 670, 400, 694),
    ("2019年05月06日", 500, 900, 700, 926),
)


def test_a_licence_is_read_by_its_labels_wherever_they_are_cut() -> None:
    fields = read_business_licence(LICENCE)
    assert {name: field.value for name, field in fields.items()} == {
        "uscc": VALID,
        "name": "北京示例建设工程有限公司",
        "type": "有限责任公司(自然人独资)",
        "legal_representative": "欧阳明",
        "registered_capital": "壹仟万元整",
        "established_date": "2015年10月15日",
        "business_term": "自2015年10月15日至2035年10月14日",
        "address": "北京市海淀区中关村大街1号示例大厦甲座12层1205室",
    }


def test_every_field_carries_page_box_unit_and_confidence() -> None:
    for field in read_business_licence(LICENCE).values():
        assert (field.page, field.unit) == (1, "px")
        assert field.box[2] > field.box[0]
        assert 0 < field.confidence <= 1


def test_the_box_of_a_value_glued_to_its_label_leaves_the_label_out() -> None:
    box = read_business_licence(LICENCE)["registered_capital"].box
    assert box[0] == pytest.approx(100 + 300 * 4 / 9, abs=1)


def test_a_page_without_labels_gives_no_fields() -> None:
    assert read_business_licence(sheet(("关于召开会议的通知", 100, 100, 400, 130))) == {}


def test_an_old_registration_number_is_taken_for_the_code() -> None:
    fields = read_business_licence(sheet(("注册号420106000006218", 100, 100, 400, 130)))
    assert fields["uscc"].value == "420106000006218"
    assert fields["uscc"].checks[0].passed


def test_a_licence_drawn_as_a_photo_is_read_from_end_to_end(tmp_path: Path) -> None:
    lines = [
        "        营业执照",
        f"统一社会信用代码  {VALID}",
        "名    称  北京示例建设工程有限公司",
        "法定代表人  欧阳明",
        "成立日期  二〇一五年十月十五日",
    ]
    path = tmp_path / "photo.jpg"
    papers.drawn(lines, height=40, seal=True).save(path, quality=80)
    fields = read_fields(path, "business_licence")
    assert fields["uscc"].value == VALID
    assert fields["uscc"].checks[0].passed
    assert fields["name"].value == "北京示例建设工程有限公司"
    assert fields["legal_representative"].value == "欧阳明"
    assert parse_date(fields["established_date"].value) == date(2015, 10, 15)


def test_a_code_ending_in_a_letter_that_no_code_has_is_reported_as_printed(tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    papers.drawn(["统一社会信用代码", "39904732904781213O"], size=(1190, 400), height=40, sans=True).save(path)
    field = read_fields(path, "business_licence")["uscc"]
    assert field.value == "39904732904781213O"
    assert not field.checks[0].passed


def test_letters_that_no_code_has_are_corrected_and_the_correction_is_told() -> None:
    code = check_credit_code("9111OOOO600037341L")
    assert code.value == VALID
    assert [check.passed for check in code.checks] == [True, False]
    assert "9111OOOO600037341L" in code.checks[1].reason
    assert code.trust < 1


def test_an_unsure_reading_is_corrected_where_one_confusion_explains_it() -> None:
    code = check_credit_code("911100006000B7341L", 0.8)
    assert code.value in ("911100006000B7341L", VALID)
    assert check_credit_code("911100006Q0037341L", 0.8).value == VALID


def test_a_sure_reading_of_a_false_code_stays_as_it_is_printed() -> None:
    forged = "91110000600037342L"
    code = check_credit_code(forged, 0.99)
    assert (code.value, code.checks[0].passed) == (forged, False)
    assert "check" in code.checks[0].reason or "checksum" in code.checks[0].reason


@given(st.integers(0, 16), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_no_correction_ever_gives_an_invalid_code(at: int, char: str) -> None:
    printed = VALID[:at] + char + VALID[at + 1 :]
    code = check_credit_code(printed, 0.5)
    assert uscc.is_valid(code.value) == code.checks[0].passed
    assert code.checks[0].passed or code.value == printed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("统一社会信用代码 91110000600037341L", VALID),
        ("９１１１００００６０００３７３４１Ｌ", VALID),
        ("9111 0000 6000 37341L（1/1）", VALID),
        ("编号321202000201605180125", ""),
        ("电话 010-88886666", ""),
    ],
)
def test_a_code_is_found_in_a_line(text: str, code: str) -> None:
    assert find_code(text) == code


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2015年10月15日", date(2015, 10, 15)),
        ("２０１５年１月５日", date(2015, 1, 5)),
        ("二〇一二年八月八日", date(2012, 8, 8)),
        ("二○○八年三月十八日", date(2008, 3, 18)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("2015-10-15", date(2015, 10, 15)),
        ("2015年13月15日", None),
        ("长期", None),
    ],
)
def test_dates_are_understood_as_printed(printed: str, day: date | None) -> None:
    assert parse_date(printed) == day


def test_an_identity_number_is_checked() -> None:
    assert check_identity_number("11010519491231002X").checks[0].passed
    assert not check_identity_number("110105194912310021").checks[0].passed


@pytest.mark.parametrize(
    ("capitals", "yuan"),
    [
        ("人民币壹佰贰拾叁万肆仟伍佰陆拾柒元整", "1234567"),
        ("叁仟万圆整", "30000000"),
        ("壹拾元零伍分", "10.05"),
        ("贰佰元伍角", "200.5"),
        ("陆佰万", "6000000"),
    ],
)
def test_amounts_in_capitals_become_yuan(capitals: str, yuan: str) -> None:
    assert capitals_to_yuan(capitals) == Decimal(yuan)


def test_amounts_in_figures_become_yuan() -> None:
    assert figures_to_yuan("￥1,234,567.80") == Decimal("1234567.80")
    assert figures_to_yuan("123.4", "万元") == Decimal(1234000)
    with pytest.raises(ValueError, match="no number"):
        figures_to_yuan("面议")


LETTER = [
    "投标函",
    "致：某某县水务局（招标人名称）",
    "1.我方已仔细研究了青石河整治工程（项目名称）施工招标文件的全部内容，",
    "愿意以人民币（大写）壹佰贰拾叁万肆仟伍佰陆拾柒元整",
    "（小写：￥{figures}元）的投标总报价，工期180日历天，",
    "2.我方承诺在投标有效期90日历天内不修改、撤销投标文件。",
    "投标人：示例建设工程有限公司（盖单位章）",
    "法定代表人或其委托代理人：欧阳明（签字）",
    "日期：2026年3月5日",
]


def letter(path: Path, figures: str) -> Path:
    return papers.text_pdf(path, [[line.format(figures=figures) for line in LETTER]])


def test_a_bid_letter_gives_price_bidder_duration_validity_and_date(tmp_path: Path) -> None:
    fields = fields_of(read_document(letter(tmp_path / "a.pdf", "1,234,567.00")), "bid_letter")
    values = {name: field.value for name, field in fields.items()}
    assert values["project_name"] == "青石河整治工程"
    assert values["price_capitals"] == "壹佰贰拾叁万肆仟伍佰陆拾柒元整"
    assert values["price_figures"] == "￥1,234,567.00"
    assert values["duration"] == "180日历天"
    assert values["validity"] == "90日历天"
    assert values["bidder"] == "示例建设工程有限公司"
    assert values["legal_representative"] == "欧阳明"
    assert values["date"] == "2026年3月5日"
    assert fields["price_figures"].unit == "pt"
    assert fields["price_figures"].checks[0].passed


def test_capitals_that_differ_from_the_figures_are_told(tmp_path: Path) -> None:
    fields = fields_of(read_document(letter(tmp_path / "a.pdf", "1,243,567.00")), "bid_letter")
    check = fields["price_capitals"].checks[0]
    assert not check.passed
    assert "1234567" in check.reason
    assert "1243567" in check.reason


CERTIFICATES = {
    "qualification": (
        [
            "建筑业企业资质证书",
            "企业名称：示例建设工程有限公司",
            f"统一社会信用代码：{VALID}",
            "证书编号：D211000001",
            "资质类别及等级：建筑工程施工总承包壹级",
            "有效期：2028年12月31日",
            "法定代表人：欧阳明",
        ],
        {
            "name": "示例建设工程有限公司",
            "uscc": VALID,
            "certificate_number": "D211000001",
            "valid_until": "2028年12月31日",
        },
    ),
    "safety_permit": (
        [
            "安全生产许可证",
            "编号：京JZ安许证字2024000123",
            "单位名称：示例建设工程有限公司",
            "主要负责人：欧阳明",
            "许可范围：建筑施工",
            "有效期：2024年1月1日至2027年1月1日",
        ],
        {"name": "示例建设工程有限公司", "legal_representative": "欧阳明", "scope": "建筑施工"},
    ),
    "engineer": (
        [
            "中华人民共和国一级建造师注册证书",
            "姓名：欧阳明",
            "性别：男",
            "注册编号：京1112020202100001",
            "聘用企业：示例建设工程有限公司",
            "注册专业：建筑工程",
            "有效期：2027年6月30日",
        ],
        {"person": "欧阳明", "sex": "男", "employer": "示例建设工程有限公司", "speciality": "建筑工程"},
    ),
    "identity_card": (
        [
            "姓名 欧阳明",
            "性别 男",
            "民族 汉",
            "出生 1949年12月31日",
            "住址 北京市朝阳区示例路1号",
            "公民身份号码 11010519491231002X",
        ],
        {"person": "欧阳明", "identity_number": "11010519491231002X", "birth_date": "1949年12月31日"},
    ),
}


@pytest.mark.parametrize("kind", sorted(CERTIFICATES))
def test_certificates_are_read_by_their_labels(kind: str, tmp_path: Path) -> None:
    lines, expected = CERTIFICATES[kind]
    fields = fields_of(read_document(papers.text_pdf(tmp_path / "a.pdf", [lines])), kind)
    assert {name: fields[name].value for name in expected} == expected


def test_every_kind_on_the_command_line_has_a_reader() -> None:
    assert set(KINDS) >= {
        "business_licence",
        "qualification",
        "safety_permit",
        "engineer",
        "identity_card",
        "bid_letter",
    }
