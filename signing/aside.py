"""pyHanko's plain calls start an event loop of their own, which a thread that already runs one refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def aside(call: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call in a thread of its own; return what it returns, raise what it raises: works inside an event loop too."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call, *arguments, **named).result()
