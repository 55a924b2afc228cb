"""The agency: registers, submits, signs and announces; later candidates, result and award."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from rehearsal.bids import write_tender_document
from rehearsal.bids.offer import Terms
from rehearsal.cast import Party
from rehearsal.play.keys import keys_of
from rehearsal.play.stage import Stage, once_lawful
from rehearsal.play.visitor import Visitor
from sealing.parameters import check_parameters, read_parameters, sign_parameters
from suites import Refused as SealRefused
from tendering.rules.calendars import SHANGHAI

TYPED = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Plan:
    """What is to be tendered."""

    project_name: str
    lot_name: str
    procedure: str
    ceiling_yuan: str
    duration_days: int
    planned_deadline_at: datetime


@dataclass
class Buyer:
    """The agency at its machine, acting for the purchaser."""

    stage: Stage
    visitor: Visitor
    party: Party
    purchaser: Party

    def draft(self, plan: Plan) -> str:
        """Register the project, draft its lot, and return the lot's code."""
        page = self.visitor.fill_in(
            "/purchaser/projects/new/",
            having="procedure",
            name=plan.project_name,
            procedure=plan.procedure,
            purchaser_uscc=self.purchaser.uscc,
            agency_uscc=self.party.uscc,
            region="示例市",
            fund_source="财政资金（虚构）",
        )
        page = self.visitor.send(
            page.form(having="estimate_yuan"),
            page,
            name=plan.lot_name,
            estimate_yuan=plan.ceiling_yuan,
            ceiling_yuan=plan.ceiling_yuan,
            bond_yuan="100000.00",
            duration_days=str(plan.duration_days),
            site="示例市示例区",
            planned_deadline_at=plan.planned_deadline_at.astimezone(SHANGHAI).strftime(TYPED),
            scope="招标图纸和工程量清单所示的全部施工内容。",
            qualification="市政公用工程施工总承包二级及以上，有效的安全生产许可证，项目经理为一级注册建造师。",
        )
        return urlsplit(page.url).path.rstrip("/").rpartition("/")[2]

    def attach_and_submit(self, lot: str, terms: Terms) -> None:
        """Attach a tender document and hand the lot to the centre."""
        page = self.visitor.read(f"/purchaser/lots/{lot}/")
        file = ("file", "招标文件.pdf", write_tender_document(terms))
        page = self.visitor.attach(page.form("/documents/"), page, file, kind="tender_document")
        self.visitor.send(page.form("/submit/"), page)

    def announce(self, lot: str, *, lead: timedelta) -> datetime:
        """Sign the parameters with the own key, announce, and return the deadline: a full second, `lead` from now."""
        now = self.stage.now(self.visitor)
        deadline_at = (now + lead).replace(microsecond=0) + timedelta(seconds=1)
        keys = keys_of(self.visitor, uscc=self.party.uscc, root=self.stage.root, at=now)
        path = f"/purchaser/lots/{lot}/announce/"
        typed = deadline_at.astimezone(SHANGHAI).strftime(TYPED)
        wanted = self.visitor.ask_what_to_sign(path, deadline_at=typed)
        if found := check_parameters(wanted["body"]):
            raise SealRefused(found)
        statement = sign_parameters(keys, read_parameters(wanted["body"]))
        self.visitor.fill_in(
            path,
            having="deadline_at",
            deadline_at=typed,
            statement=json.dumps(statement),
            recipients=json.dumps(wanted["recipients"]),
        )
        return deadline_at

    def publish_candidates(self, lot: str) -> None:
        """Publish the committee's candidates."""
        self.visitor.fill_in(f"/purchaser/lots/{lot}/", "/candidates/")

    def publish_result(self, lot: str, *, seconds: float) -> None:
        """Name the first candidate as winner, as soon as the publicity period is over."""
        self.stage.tell("等待公示期满")

        path = f"/purchaser/lots/{lot}/result/"  # the first candidate is chosen already
        once_lawful("result", lambda: self.visitor.fill_in(path, having="bid_digest"), seconds=seconds)

    def issue_award(self, lot: str) -> None:
        """Issue the award notice."""
        self.visitor.fill_in(f"/purchaser/lots/{lot}/", "/award/")
