"""The health of the custodians' agents: who was seen when, under which certificate. No key and no token is here."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_safe

from identity.models import Custodian
from identity.policy import Act
from ledger import clock
from ui.access import access
from ui.lists import Column, ListPage

QUIET_AFTER = timedelta(seconds=30)
EXPIRES_SOON = timedelta(days=30)

COLUMNS = (
    Column("name", gettext_lazy("代号"), lambda row: row.name, "name"),
    Column("organisation", gettext_lazy("单位"), lambda row: row.organisation.name, "organisation__name"),
    Column("kid", gettext_lazy("密钥标识"), lambda row: row.certificate.kid if row.certificate else ""),
    Column("until", gettext_lazy("证书到期"), lambda row: row.certificate and row.certificate.not_after),
    Column("seen", gettext_lazy("最近心跳"), lambda row: row.last_seen_at, "last_seen_at"),
    Column("head", gettext_lazy("所见记录条数"), lambda row: row.last_head.get("size")),
)


def presence(custodian: Custodian, now: datetime) -> tuple[str, bool]:
    """Return the words of an agent's presence, and whether all is well."""
    if custodian.last_seen_at is None:
        return gettext_noop("从未上线"), False
    if now - custodian.last_seen_at > QUIET_AFTER:
        return gettext_noop("离线"), False
    return gettext_noop("在线"), True


def certificate_words(custodian: Custodian, now: datetime) -> tuple[str, bool]:
    """Return the words of an agent's certificate, and whether bids may be sealed to it."""
    held = custodian.certificate
    if held is None:
        return gettext_noop("没有证书"), False
    checks = (
        (held.revoked_at is not None, gettext_noop("已吊销"), False),
        (held.not_after <= now, gettext_noop("已过期"), False),
        (held.not_before > now, gettext_noop("尚未生效"), False),
        (held.not_after - now < EXPIRES_SOON, gettext_noop("即将到期"), True),
    )
    return next(((words, good) for true, words, good in checks if true), (gettext_noop("有效"), True))


@require_safe
@access(Act.READ_HEALTH)
def custodians(request: HttpRequest) -> HttpResponse:
    """Show every agent."""
    now = clock.now()
    rows = Custodian.objects.select_related("organisation", "certificate")
    page: ListPage[Custodian] = ListPage(request, rows=rows, columns=COLUMNS, default="name")
    if page.wants_sheet:
        return page.sheet(_("密钥托管方"))
    shown = [(row, presence(row, now), certificate_words(row, now)) for row in page]
    context = {"page": page, "rows": shown, "demonstration": settings.DEMONSTRATION}
    return render(request, "centre/custodians.html", context)
