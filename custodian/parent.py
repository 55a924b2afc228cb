"""Ending together with the supervisor: the kernel signals when the parent dies, and the parent is looked at. Linux."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent process ends, however it ends; nothing where there is no prctl."""
    try:
        prctl = ctypes.CDLL(None, use_errno=True).prctl
    except (OSError, AttributeError):
        return
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def gone(pid: int) -> bool:
    """Whether the process this one was started under is no longer its parent; 0 asks for no such watch."""
    return pid != 0 and os.getppid() != pid
