"""A notice's place in its lot: addresses carry its number from 1, never a row number. Notices are never removed."""

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from tendering import queries
from tendering.models import Lot, Notice

MOST = 1 << 31  # a database counts rows no further than its integers


def numbered(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    """Return the notices with `number`: 1 for the first of its lot."""
    at = OuterRef("published_at")
    earlier = (
        Notice.objects.filter(lot=OuterRef("lot"))
        .filter(Q(published_at__lt=at) | Q(published_at=at, pk__lte=OuterRef("pk")))
        .order_by()
        .values("lot")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.annotate(number=Coalesce(Subquery(earlier), 1))


def notice_by_number(lot: Lot, number: int) -> Notice:
    """Return the lot's notice of that number. :raises Http404: there is none"""
    rows = queries.notices(lot).order_by(F("published_at").asc(), "pk")
    found = list(rows[number - 1 : number]) if 0 < number < MOST else []
    if not found:
        raise Http404(lot.code)
    return found[0]


def address(notice: Notice) -> str:
    """Return a numbered notice's address."""
    return reverse("public:notice", args=[notice.lot.code, vars(notice)["number"]])
