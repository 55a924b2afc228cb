"""How long until an instant, in words: `1 天 2 时`, `02:23:41`. Pure; translated at the edge."""

from datetime import timedelta

from django.utils.translation import gettext as _

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def clock_face(left: timedelta) -> str:
    """Write what is left as `HH:MM:SS`, never negative; hours may pass 24."""
    seconds = max(0, int(left.total_seconds()))
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def coarse(left: timedelta) -> str:
    """Write what is left for an overview: days and hours, under a day hours and minutes, then minutes or seconds."""
    seconds = max(0, int(left.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return _("%(days)d 天 %(hours)d 时") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d 时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)d 分") % {"minutes": minutes}
    return _("%(seconds)d 秒") % {"seconds": seconds}


def with_days(days: object, face: object) -> str:
    """Put days before a clock face; called with places for `countdown.mjs`, which fills them."""
    return _("%(days)s 天 %(face)s") % {"days": days, "face": face}


def ticking(left: timedelta) -> str:
    """Write a countdown as `countdown.mjs` goes on writing it: days and a clock face, under a day the face alone."""
    days = max(0, left.days)
    face = clock_face(left - timedelta(days=days))
    return with_days(days, face) if days else face
