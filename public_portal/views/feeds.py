"""The RSS feed of notices."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from identity.policy import Act
from public_portal.notices import address, numbered
from tendering import queries
from tendering.models import Notice
from ui.access import access

LATEST = 50
SUMMARY = 500


if TYPE_CHECKING:
    NoticeFeed = Feed[Notice, None]
else:  # the stubs are generic, the class is not
    NoticeFeed = Feed


class Notices(NoticeFeed):
    """The latest notices of all lots."""

    title = _("公衡 · 公告")
    description = _("招标公告、澄清修改、开标记录、候选人公示与结果")
    link = reverse_lazy("public:notices")

    def items(self) -> QuerySet[Notice]:
        return numbered(queries.notices())[:LATEST]

    def item_title(self, item: Notice) -> str:
        return item.title

    def item_description(self, item: Notice) -> str:
        return item.body[:SUMMARY]

    def item_link(self, item: Notice) -> str:
        return address(item)

    def item_pubdate(self, item: Notice) -> datetime:
        return item.published_at


_feed = Notices()


@access(Act.BROWSE_LOTS)
def feed(request: HttpRequest) -> HttpResponse:
    return _feed(request)
