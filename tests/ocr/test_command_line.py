"""The command line, the process of its own, page kinds and price tables."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ocr import Unreadable, isolation, read_document
from ocr.isolation import read_in_subprocess
from ocr.kinds import kind_of
from ocr.price_tables import price_table
from tests.ocr import papers

ROOT = Path(__file__).resolve().parents[2]
WORDS = list(papers.PARAGRAPH)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "ocr", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_read_prints_one_json_object_with_source_and_seconds_for_every_page(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS, []])
    done = run("read", str(path), "--json")
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer.keys() == {"pages", "seconds"}
    first, second = answer["pages"]
    assert first.keys() == {"number", "source", "quality", "text", "seconds"}
    assert (first["source"], second["source"], second["reason"]) == ("text", "none", "the page is blank")


def test_read_without_json_is_for_people(tmp_path: Path) -> None:
    done = run("read", str(papers.text_pdf(tmp_path / "a.pdf", [WORDS])), "--pages", "1-1")
    assert done.returncode == 0
    assert "--- page 1: text" in done.stdout
    assert WORDS[0] in done.stdout


def test_fields_print_value_evidence_and_checks(tmp_path: Path) -> None:
    lines = ["营业执照", "统一社会信用代码 91110000600037341L", "名称 示例建设工程有限公司"]
    done = run("fields", str(papers.text_pdf(tmp_path / "a.pdf", [lines])), "--kind", "business_licence", "--json")
    assert done.returncode == 0
    field = json.loads(done.stdout)["fields"]["uscc"]
    assert field["value"] == "91110000600037341L"
    assert field["checks"] == [{"name": "GB 32100", "passed": True, "reason": ""}]
    assert (field["page"], field["unit"], len(field["box"])) == (1, "pt", 4)


def test_a_refusal_exits_with_one_and_the_reason(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"not a pdf")
    done = run("read", str(tmp_path / "a.pdf"), "--json")
    assert done.returncode == 1
    assert "neither a PDF nor a picture" in json.loads(done.stdout)["error"]
    done = run("read", str(tmp_path / "missing.pdf"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be opened" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [[], ["read"], ["fields", "a.pdf"], ["fields", "a.pdf", "--kind", "poem"], ["read", "a", "--pages", "3-1"]],
)
def test_wrong_usage_exits_with_two(arguments: list[str]) -> None:
    assert run(*arguments).returncode == 2


def test_the_package_leaves_django_alone() -> None:
    code = "import sys, ocr.__main__, ocr.price_tables, ocr.kinds, ocr.isolation; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_a_process_of_its_own_gives_the_same_document(tmp_path: Path) -> None:
    path = papers.text_pdf(tmp_path / "a.pdf", [WORDS])
    assert read_in_subprocess(path, 120).pages[0].lines == read_document(path).pages[0].lines


def test_a_process_of_its_own_passes_refusals_on(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"")
    with pytest.raises(Unreadable, match="empty"):
        read_in_subprocess(tmp_path / "a.pdf", 120)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import time; time.sleep(60)", "took longer than 1 seconds"),
        ("import os; os.kill(os.getpid(), 11)", "crashed.*SIGSEGV"),
        ("raise SystemExit('no such library')", "no such library"),
    ],
)
def test_a_hang_or_a_crash_becomes_a_reason(
    program: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = tmp_path / "reader"
    reader.write_text(f"#!{sys.executable}\n{program}\n")
    reader.chmod(0o700)
    monkeypatch.setattr(isolation.sys, "executable", str(reader))
    with pytest.raises(Unreadable, match=reason):
        read_in_subprocess(tmp_path / "a.pdf", 1 if "sleep" in program else 60)


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["投标函", "致：某某县水务局", "投标总报价人民币（大写）壹佰万元整", "投标有效期90天"], "letter"),
        (["授权委托书", "本人系某公司的法定代表人，现委托某某为我方委托代理人", "代理人无转委托权"], "authorisation"),
        (["营业执照", "统一社会信用代码 91110000600037341L", "经营范围 建筑", "登记机关"], "licence"),
        (["建筑业企业资质证书", "证书编号：D211000001", "发证机关"], "qualification"),
        (["项目经理简历表", "姓名 欧阳明", "性别 男", "注册建造师"], "personnel"),
        (["建设工程施工合同", "合同协议书", "发包人：甲公司", "承包人：乙公司"], "contract"),
        (["分部分项工程量清单", "序号 名称 计量单位 工程量 综合单价 合价"], "price_table"),
        (["一层平面图", "比例 1:100", "图号 建施-03"], "drawing"),
        (["公司简介", "本公司成立于上世纪，团结进取。"], "other"),
    ],
)
def test_pages_are_sorted_into_kinds(lines: list[str], kind: str, tmp_path: Path) -> None:
    assert kind_of(read_document(papers.text_pdf(tmp_path / "a.pdf", [lines])).pages[0]) == kind


PRICES = [
    ["序号", "项目名称", "单位", "数量", "单价（元）", "合价（元）"],
    ["1", "挖土方", "m3", "120", "35.50", "4,260.00"],
    ["2", "混凝土垫层", "m3", "18.5", "480.00", "8,880.00"],
    ["3", "栏杆", "m", "10", "99.99", "999.90"],
    ["", "合计", "", "", "", "14,139.90"],
]


def test_a_price_table_gives_rows_with_boxes_whose_sums_hold(tmp_path: Path) -> None:
    table = price_table(papers.table_pdf(tmp_path / "a.pdf", PRICES))
    assert [(row.item, row.unit, row.quantity, row.unit_price, row.amount) for row in table.rows] == [
        ("挖土方", "m3", Decimal(120), Decimal("35.50"), Decimal("4260.00")),
        ("混凝土垫层", "m3", Decimal("18.5"), Decimal("480.00"), Decimal("8880.00")),
        ("栏杆", "m", Decimal(10), Decimal("99.99"), Decimal("999.90")),
    ]
    assert all(row.sum_holds and row.page == 1 and row.box[3] > row.box[1] for row in table.rows)
    assert (table.amount, table.totals[0].amount, table.problems) == (Decimal("14139.90"), Decimal("14139.90"), ())


def test_a_wrong_product_and_a_wrong_total_are_both_told(tmp_path: Path) -> None:
    rows = [list(row) for row in PRICES]
    rows[1][5] = "4,620.00"
    table = price_table(papers.table_pdf(tmp_path / "a.pdf", rows))
    assert table.rows[0].sum_holds is False
    assert len(table.problems) == 2
    assert "挖土方" in table.problems[0]
    assert "14499.90" in table.problems[1]


def test_a_broken_pdf_has_no_price_table(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(Unreadable):
        price_table(tmp_path / "a.pdf")
