"""The evaluation report as data and as what its template prints. Figures are text; times Asia/Shanghai."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from evaluation import queries
from evaluation.models import Committee
from tendering.models import Lot
from tendering.rules.calendars import SHANGHAI
from tendering.rules.money import grouped

TEMPLATES = Path(__file__).parent / "templates_typ"


def printed(lot: Lot, committee: Committee, content: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return the template's data."""
    opened = {row.bid.bid_digest: row for row in queries.opened(lot)}
    scheme = queries.scheme_of(lot)
    names = {digest: row.bid.bidder.name for digest, row in opened.items()}
    return {
        "lot_code": lot.code,
        "lot_name": lot.name,
        "project_name": lot.project.name,
        "rehearsal": lot.project.rehearsal,
        "purchaser": lot.project.purchaser.name,
        "method": scheme.title,
        "drafted_at": said(now),
        "opened_at": said(lot.opened_at),
        "bids": [_bid_row(place, digest, opened[digest], content) for place, digest in enumerate(content["bids"], 1)],
        "groups": [{"code": group.code, "title": group.title} for group in scheme.judged_groups()],
        "rows": [_score_row(place, names, opened, content) for place in content["places"]],
        "benchmark": grouped_text((content.get("price") or {}).get("benchmark")),
        "rejections": [_rejection_row(row, names) for row in content["rejections"]],
        "outliers": [_outlier_row(row, names, scheme) for row in content.get("outliers", [])],
        "recommended": [names[digest] for digest in content["recommended"]],
        "reject_all_reason": content["reject_all_reason"],
        "drawn": bool(content["draw"]),
        "members": [
            {"seat": m.seat, "name": m.person.name, "kind": _KINDS[m.kind], "leader": m.leader}
            for m in queries.members(committee)
        ],
    }


_KINDS = {"expert": "评标专家", "purchaser_representative": "招标人代表"}


def said(at: datetime | None) -> str:
    """Return an instant as documents write it."""
    return "—" if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def grouped_text(figure: str | None) -> str:
    """Return a figure's text with separators; a dash for none."""
    return "—" if figure is None else grouped(Decimal(figure))


def _bid_row(place: int, digest: str, opened: Any, content: dict[str, Any]) -> dict[str, str]:
    return {
        "no": str(place),
        "bidder": opened.bid.bidder.name,
        "price": grouped(opened.price_yuan),
        "duration": f"{opened.duration_days} 天" if opened.duration_days else "—",
        "verdict": "通过" if digest in content["valid"] else "否决",
        "digest": digest,
    }


def _score_row(
    place: dict[str, Any], names: dict[str, str], opened: dict[str, Any], content: dict[str, Any]
) -> dict[str, Any]:
    total = content["totals"][place["bid"]]
    return {
        "place": str(place["place"]),
        "bidder": names[place["bid"]],
        "price_yuan": grouped(opened[place["bid"]].price_yuan),
        "price": total["price"],
        "groups": {code: group["score"] for code, group in total["groups"].items()},
        "total": place["total"],
    }


def _rejection_row(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        "bidder": names[row["bid"]],
        "items": [
            {
                "ground": item["ground"],
                "law": item["law"],
                "votes": f"{len(item['failed_by'])} : {len(item['passed_by'])}",
                "reasons": "；".join(item["reasons"]),
            }
            for item in row["items"]
        ],
    }


def _outlier_row(row: dict[str, str], names: dict[str, str], scheme: Any) -> dict[str, str]:
    return {**row, "bidder": names[row["bid"]], "item": scheme.item(row["item"]).title}
