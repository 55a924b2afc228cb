"""Silence for a C library that prints its errors on the standard error stream.

Used only around `gmssl_pyx`, whose exceptions say everything its prints say. It swaps file descriptor 2 of the
process under a lock, so other threads' messages written in these microseconds are lost too.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.RLock()
_SINK: list[int] = []


@contextmanager
def quiet_stderr() -> Iterator[None]:
    """Run a block with file descriptor 2 pointing nowhere."""
    with _LOCK:
        if not _SINK:
            _SINK.append(os.open(os.devnull, os.O_WRONLY))
        sys.stderr.flush()
        kept = os.dup(2)
        os.dup2(_SINK[0], 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
