"""The demonstration's tenders, one row each: work in every stage. What is there stays; what was cut short is redone.

Real tenders stop where only time may move them; everything after an opening is a rehearsal, and marked as one.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ledger import clock
from rehearsal import staging
from rehearsal.models import DEFAULT_PROCEDURE
from rehearsal.play.stage import Stage
from rehearsal.play.tender import Play, Wish
from rehearsal.play.visitor import Visitor
from tendering.models import Lot

logger = logging.getLogger(__name__)
REAL = "construction"
DAYS = 28  # to the deadline: the law asks for 20 days and more (BL-24)
CUT_SHORT = "演示数据准备中断，重新演练"
ENDED = ("failed", "terminated", "awarded", "contracted", "archived")


@dataclass(frozen=True)
class Seed:
    """One tender of the demonstration: its name, its procedure, the stage it is left in, its bidders."""

    name: str
    until: str
    procedure: str = DEFAULT_PROCEDURE
    bidders: int = 3

    @property
    def real(self) -> bool:
        return self.procedure == REAL


SEEDS = (
    Seed("示例市文化中心装修工程", "draft", REAL, 0),
    Seed("示例市第三小学教学楼工程", "submitted", REAL, 0),
    Seed("示例市污水处理厂提标改造工程", "accepted", REAL, 0),
    Seed("示例市中心大道改造工程", "announced", REAL, 0),
    Seed("示例市滨江公园景观工程", "awarded", bidders=4),
    Seed("示例市人民医院道路工程", "candidates_published"),
    Seed("示例市文昌路排水工程", "evaluating"),
    Seed("示例市兴业路桥梁维修工程", "opened"),
    Seed("示例市学院路照明工程", "failed", bidders=2),
)


def sow(stage: Stage) -> None:
    """Play every seed that has not reached its stage."""
    for seed in SEEDS:
        plan = staging.plan(seed.procedure, seed.name, now=clock.now())
        lots = Lot.objects.filter(project__name=plan.project_name)
        if lots.filter(stage=seed.until).exists():
            logger.info("%s: there already", seed.name)
            continue
        for lot in lots.exclude(stage__in=ENDED):
            _end(stage, lot)
        days = DAYS if seed.real else 0
        roles = staging.roles(seed.bidders)
        wish = Wish(plan, until=seed.until, days=days)
        Play(stage, roles, wish, drafted=_told(seed), pause=staging.let_others_go_first).run()
        logger.info("%s: %s", seed.name, seed.until)


def _told(seed: Seed) -> Callable[[str], None]:
    return lambda code: logger.info("%s: %s", seed.name, code)


def _end(stage: Stage, lot: Lot) -> None:
    """End a tender that a killed run left half way, as its agency would."""
    with Visitor(stage.address, staging.roles(0).agency.account) as agency:
        agency.sign_in()
        agency.fill_in(f"/purchaser/lots/{lot.code}/terminate/", having="reason", reason=CUT_SHORT)
    logger.info("%s: cut short before, ended", lot.code)
