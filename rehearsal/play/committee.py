"""The experts of the pool: whoever was drawn pledges, votes, fills in the sheets, explains, drafts, signs."""

from dataclasses import dataclass, field
from typing import Any

from rehearsal.play.marks import marks_for
from rehearsal.play.stage import Stage, everybody
from rehearsal.play.visitor import Refused, Visitor

NOT_FOUND = 404
PRELIMINARY, DETAILED = "preliminary", "detailed"
EXPLANATION = "对照招标文件评分标准独立判断，坚持本人意见（演练）。"


@dataclass
class Committee:
    """The pool's experts at their browsers; `members` are those who find a seat."""

    stage: Stage
    pool: list[Visitor]
    lot: str
    members: list[Visitor] = field(default_factory=list)

    @property
    def _room(self) -> str:
        return f"/expert/{self.lot}/"

    def gather(self) -> None:
        """Let everybody in the pool sign in and look whether they were drawn."""
        everybody(self._look, self.pool)
        self.members.sort(key=lambda member: member.name)

    def _look(self, expert: Visitor) -> None:
        expert.sign_in()
        try:
            expert.read(f"{self._room}pledge/")
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
            return
        self.members.append(expert)

    def take_seats(self) -> None:
        """Pledge, once the bidders are known, and vote for the first seat until a leader is elected."""
        everybody(self._pledge, self.members)
        for member in self.members:
            page = member.read(self._room)
            if any(form.action.endswith("/vote/") for form in page.forms):
                form = page.form("/vote/")
                member.send(form, page, seat=min(form.choices["seat"], key=int))

    def _pledge(self, member: Visitor) -> None:
        member.fill_in(f"{self._room}pledge/", having="no_conflict", no_conflict="on", confidential="on")

    def begin(self) -> None:
        """Finish the preliminary review, and let two members hand in the detailed one: work is under way."""
        everybody(self._hand_in, self.members)
        everybody(self._hand_in, self.members[:2])

    def review(self) -> None:
        """Both reviews, the explanations, the report and its signatures."""
        everybody(self._hand_in, self.members)
        everybody(self._hand_in, self.members)
        everybody(self._explain, self.members)
        for member in self.members:
            self._draft(member)
        everybody(lambda member: member.fill_in(f"{self._room}summary/", "/sign/"), self.members)

    def _hand_in(self, member: Visitor) -> None:
        """Fill in the sheet of the present phase and submit it."""
        sheet: dict[str, Any] = member.call("GET", f"{self._room}sheet/").json()
        marks = marks_for(sheet, lot=self.lot, member=member.name)
        body = {"version": sheet["version"], "marks": marks}
        saved = member.call("POST", f"{self._room}save/", json=body).json()
        page = member.read(f"{self._room}matrix/")
        member.send(page.form("/submit/"), page, phase=sheet["phase"], version=str(saved["version"]))

    def _explain(self, member: Visitor) -> None:
        """Explain every score of one's own that stands out."""
        page = member.read(f"{self._room}summary/")
        for form in [form for form in page.forms if form.action.endswith("/explain/")]:
            member.send(form, page, text=EXPLANATION)

    def _draft(self, member: Visitor) -> None:
        """Draft the report, if this member is the leader: only the leader's page offers it."""
        page = member.read(f"{self._room}summary/")
        if any(form.action.endswith("/draft/") for form in page.forms):
            member.send(page.form("/draft/"), page)
