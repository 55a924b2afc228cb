"""Reading in a process of its own, so that a crash or a hang in native code becomes a reason.

The child is ``python -m ocr read FILE --json --lines``; it and whatever it started are killed at the time-out, and it
ends with the process that asked for it.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from ocr.engines import Size
from ocr.pages import Document, Unreadable, document_from_dict

ROOT = Path(__file__).resolve().parent.parent
_PR_SET_PDEATHSIG = 1


def read_in_subprocess(path: Path, timeout: float, *, size: Size = "tiny", memory_mb: int = 6144) -> Document:
    """This function will read a file in a process of its own, for at most `timeout` seconds and `memory_mb` of address
    space.

    :raises Unreadable: as `read_document` does, and on a time-out or a crash
    """
    command = [sys.executable, "-m", "ocr", "read", str(path.resolve()), "--json", "--lines", "--size", size]
    command += ["--memory-mb", str(memory_mb), "--exit-with", str(os.getpid())]
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise Unreadable(f"reading took longer than {timeout:g} seconds and was stopped") from error
    return _answer(child.returncode, out, err)


def _answer(code: int, out: bytes, err: bytes) -> Document:
    if code < 0:
        raise Unreadable(f"the reader crashed ({signal.Signals(-code).name})")
    try:
        answer = json.loads(out)
    except ValueError as error:
        last = err.decode(errors="replace").strip().splitlines()[-1:]
        raise Unreadable(f"the reader failed (exit {code}): {' '.join(last)[:200]}") from error
    if "error" in answer:
        raise Unreadable(str(answer["error"]))
    return document_from_dict(answer)


def end_with(parent: int) -> None:
    """This function will have the kernel kill this process when `parent`, which started it, ends (Linux)."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    except (OSError, AttributeError):
        return
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(1)
