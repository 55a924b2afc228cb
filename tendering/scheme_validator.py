"""Who judges an evaluation scheme: a hook that `evaluation` fills when it starts (docs/decisions/0001).

`tendering` locks the scheme into the tender document but knows nothing of how it scores. Without a judge
every scheme is refused: a missing hook must never let an unchecked scheme be published.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _

Judge = Callable[[Mapping[str, Any]], list[Reason]]

NO_JUDGE = Reason("scheme_unchecked", _("评标办法尚未经过校验，不能发布。"), "BL-19")
EMPTY = Reason("scheme_empty", _("还没有设定评标办法。"), "BL-19")

_judges: list[Judge] = []


def register(judge: Judge) -> None:
    """Let `judge` decide from now on; the last one registered counts."""
    _judges[:] = [judge]


def problems(scheme: Mapping[str, Any]) -> list[Reason]:
    """Return every reason why `scheme` may not be locked into a tender; none if it may."""
    if not scheme:
        return [EMPTY]
    if not _judges:
        return [NO_JUDGE]
    return _judges[0](scheme)
