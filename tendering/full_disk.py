"""A full disk as a refusal: told to whoever wrote, who can try again once there is room."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from tendering.refusals import PlatformFull

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def told_when_full() -> Iterator[None]:
    """:raises PlatformFull: the disk did not take what was written within."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise PlatformFull from error
        raise
