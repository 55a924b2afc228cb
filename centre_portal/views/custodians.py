"""The health of the custodians' agents, before and during an opening. No key and no token is here."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

import ledger
from centre_portal.custodian_health import BAD, WARNING, health_of, refusals
from identity.models import Custodian, KeyDestruction
from identity.policy import Act
from ledger import clock
from ui.access import access
from ui.lists import Column, ListPage

COLUMNS = (
    Column("name", gettext_lazy("代号"), lambda row: row.name, "name"),
    Column("organisation", gettext_lazy("单位"), lambda row: row.organisation.name, "organisation__name"),
    Column("kid", gettext_lazy("密钥标识"), lambda row: row.certificate.kid if row.certificate else ""),
    Column("until", gettext_lazy("证书到期"), lambda row: row.certificate and row.certificate.not_after),
    Column("seen", gettext_lazy("最近心跳"), lambda row: row.last_seen_at, "last_seen_at"),
    Column("skew", gettext_lazy("时钟相差秒数"), lambda row: row.last_report.get("skew_seconds")),
    Column("head", gettext_lazy("所见记录条数"), lambda row: row.last_head.get("size")),
    Column("key", gettext_lazy("密钥存放"), lambda row: row.last_report.get("key")),
    Column("version", gettext_lazy("代理版本"), lambda row: row.last_report.get("version")),
)


@require_safe
@access(Act.READ_HEALTH)
def custodians(request: HttpRequest) -> HttpResponse:
    """Show every agent, what was refused lately, and which keys were destroyed."""
    rows = Custodian.objects.select_related("organisation", "certificate")
    page: ListPage[Custodian] = ListPage(request, rows=rows, columns=COLUMNS, default="name")
    if page.wants_sheet:
        return page.sheet(_("密钥托管方"))
    now, head = clock.now(), ledger.head()
    shown = [health_of(row, now=now, size=int(str(head["size"]))) for row in page]
    context = {
        "page": page,
        "rows": shown,
        "refusals": refusals([row.custodian for row in shown]),
        "destroyed": KeyDestruction.objects.select_related("custodian__organisation").order_by("-destroyed_at"),
        "bad": sum(row.state == BAD for row in shown),
        "warned": sum(row.state == WARNING for row in shown),
        "demonstration": settings.DEMONSTRATION,
    }
    return render(request, "centre/custodians.html", context)
