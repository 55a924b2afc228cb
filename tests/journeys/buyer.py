"""What the agency does in its pages: project, lot, document, announcement; candidates, result, award."""

from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.people import Somebody

CEILING = "8600000.00"
DURATION = 300
PROJECT = "示例市滨河路改造工程（浏览器全程）"
LOT = "滨河路改造工程施工"
INPUT = "%Y-%m-%dT%H:%M:%S"


def register(agency: Somebody) -> str:
    """Register a project and its lot, and return the lot's code."""
    page = agency.go("/purchaser/")
    agency.press("登记新项目")
    page.fill("#id_name", PROJECT)
    page.select_option("#id_procedure", "R-construction")
    page.select_option("#id_purchaser_uscc", label=_option(agency, "#id_purchaser_uscc", "城市建设投资"))
    page.select_option("#id_agency_uscc", label=_option(agency, "#id_agency_uscc", "招标代理"))
    page.fill("#id_region", "示例市")
    page.fill("#id_fund_source", "财政资金（虚构）")
    agency.press("登记，下一步建标段")
    page.fill("#id_name", LOT)
    page.fill("#id_estimate_yuan", CEILING)
    page.fill("#id_ceiling_yuan", CEILING)
    page.fill("#id_bond_yuan", "100000.00")
    page.fill("#id_duration_days", str(DURATION))
    page.fill("#id_site", "示例市滨河路")
    page.fill("#id_planned_deadline_at", (now_of(agency) + timedelta(minutes=5)).strftime(INPUT))
    page.fill("#id_scope", "招标图纸和工程量清单所示的全部施工内容。")
    page.fill("#id_qualification", "市政公用工程施工总承包二级及以上，有效的安全生产许可证，项目经理为一级注册建造师。")
    agency.press("保存")
    expect(page.locator("#documents")).to_be_visible()
    return page.url.rstrip("/").rpartition("/")[2]


def _option(agency: Somebody, select: str, part: str) -> str:
    labels = agency.page.locator(f"{select} option").all_text_contents()
    return next(label for label in labels if part in label)


def now_of(person: Somebody) -> datetime:
    """Return the platform's clock as the page's reader sees it: Asia/Shanghai, naive."""
    told = person.page.request.get(f"{person.stack.address}/api/v1/clock").json()["now"]
    return (datetime.fromisoformat(told) + timedelta(hours=8)).replace(tzinfo=None)


def attach_and_submit(agency: Somebody, document: Path) -> None:
    """Attach the tender document to the lot whose page is open, and hand the lot to the centre."""
    page = agency.page
    agency.press("提交受理")  # too early: told why, in full
    expect(page.locator(".refuse")).to_contain_text("招标文件")
    page.select_option("#id_kind", "tender_document")
    page.set_input_files("#id_file", document)
    agency.press("添加文件")
    expect(page.locator("#documents")).to_contain_text(document.name)
    agency.press("提交受理")
    agency.sees("等待交易中心受理")


def announce(agency: Somebody, lot: str, *, lead: timedelta) -> datetime:
    """Sign the parameters in the browser, announce, and return the deadline (Asia/Shanghai, naive)."""
    page = agency.go(f"/purchaser/lots/{lot}/")
    agency.press("签名并发布公告")
    deadline = (now_of(agency) + lead).replace(microsecond=0)
    page.fill("#id_deadline_at", deadline.strftime(INPUT))
    agency.press("签名并发布")
    expect(page.locator(".messages")).to_contain_text("公告已发布")
    return deadline


def publish_candidates(agency: Somebody, lot: str) -> None:
    """Publish the candidates of the report."""
    page = agency.go(f"/purchaser/lots/{lot}/")
    agency.press_and_confirm("公示中标候选人")
    expect(page.get_by_role("link", name="确定中标人")).to_be_visible()


def publish_result(agency: Somebody, lot: str) -> None:
    """Name the first candidate; refused while the publicity period runs, so asked until it is over."""
    page = agency.go(f"/purchaser/lots/{lot}/result/")
    expect(page.locator("input[name=bid_digest]:checked")).to_have_count(1)
    for _attempt in range(40):
        agency.press_and_confirm("公布中标结果")
        if page.locator("main .refuse").count() == 0:
            break
        expect(page.locator(".refuse")).to_contain_text("公示")
        page.wait_for_timeout(500)
    expect(page.locator(".messages")).to_contain_text("中标结果已公布")


def issue_award(agency: Somebody, lot: str) -> None:
    """Issue the award notice."""
    page = agency.go(f"/purchaser/lots/{lot}/")
    agency.press_and_confirm("发出中标通知书")
    expect(page.get_by_role("heading", name="中标通知书")).to_be_visible()
