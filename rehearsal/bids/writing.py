"""Writing an invented bid as files, and an invented tender document. Under 2 MB and 2 s a bid."""

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zlib import crc32

from rehearsal.bids import pictures, technical_text
from rehearsal.bids.offer import VALIDITY_DAYS, Offer, Terms
from tendering import printing
from tendering.rules.money import capitals, grouped

TEMPLATES = Path(__file__).parent / "templates_typ"

# role of the procedure's checklist → file name
NAMES: dict[str, str] = {
    "bid_letter": "投标函.pdf",
    "authorisation": "授权委托书.pdf",
    "price_schedule": "已标价工程量清单.pdf",
    "business_licence": "营业执照.jpg",
    "qualification": "建筑业企业资质证书.pdf",
    "safety_permit": "安全生产许可证.pdf",
    "engineer": "项目经理注册建造师证书.pdf",
    "technical": "施工组织设计.pdf",
}
ROLES: dict[str, str] = {name: role for role, name in NAMES.items()}
_SCANS: dict[str, Callable[[Any], bytes]] = {"authorisation": pictures.as_pdf, "business_licence": pictures.as_jpeg}


def write_bid(offer: Offer, folder: Path) -> dict[str, str]:
    """Write the bid's files into `folder` and return role by file name."""
    folder.mkdir(parents=True, exist_ok=True)
    data = _data(offer)
    for role, name in NAMES.items():
        pdf = printing.render(role, data, root=TEMPLATES)
        scan = _SCANS.get(role)
        seed = crc32(f"{offer.bidder.uscc}/{role}".encode())
        (folder / name).write_bytes(scan(pictures.scanned(pdf, seed=seed)) if scan else pdf)
    return dict(ROLES)


def write_tender_document(terms: Terms) -> bytes:
    """Return a tender document as PDF."""
    return printing.render("tender_document", _terms(terms), root=TEMPLATES)


def _terms(terms: Terms) -> dict[str, Any]:
    return {
        "project_name": terms.project_name,
        "lot_name": terms.lot_name,
        "lot_code": terms.lot_code,
        "purchaser": terms.purchaser,
        "ceiling": grouped(terms.ceiling_yuan),
        "ceiling_capitals": capitals(terms.ceiling_yuan),
        "duration_days": terms.duration_days,
        "validity_days": VALIDITY_DAYS,
        "day": f"{terms.day.year}年{terms.day.month}月{terms.day.day}日",
        "valid_until": f"{terms.day.year + 2}年12月31日",
        "chapters": technical_text.chapters(seed=terms.project_name),
    }


def _data(offer: Offer) -> dict[str, Any]:
    serial = re.sub(r"\D", "", offer.bidder.uscc)[-8:]
    rows = [{name: f"{value}" for name, value in asdict(row).items()} for row in offer.rows]
    return _terms(offer.terms) | {
        "bidder": offer.bidder.name,
        "uscc": offer.bidder.uscc,
        "price": grouped(offer.price_yuan),
        "price_plain": f"{offer.price_yuan:.2f}",
        "price_capitals": capitals(offer.price_yuan),
        "duration_days": offer.duration_days,
        "legal_representative": offer.legal_representative,
        "delegate": offer.delegate,
        "engineer": offer.engineer,
        "serial": serial,
        "rows": rows,
        "chapters": technical_text.chapters(seed=offer.bidder.uscc),
    }
