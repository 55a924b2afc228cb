"""The words that the room's script needs, in the reader's language."""

from django.utils.translation import gettext as _


def room_words() -> dict[str, str]:
    """Return every word of `room.mjs`."""
    return {
        "saved": _("已自动保存"),
        "saving": _("正在保存……"),
        "failed": _("没有保存：网络中断。已填内容都在本页，恢复后会自动再试。"),
        "refused": _("没有保存："),
        "stale": _("另一处已保存过更新的版本。您刚填的内容都在本页。"),
        "merge": _("以最新版本为底，保存我刚填的"),
    }
