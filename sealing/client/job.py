"""Sealing in the background, and trying the sealed file at once: its progress and its outcome for the page."""

import shutil
import tempfile
import threading
from functools import partial
from pathlib import Path

from sealing.canonical import Json
from sealing.checks import refuse
from sealing.client.desk import Desk
from sealing.inspect import inspect_bid
from sealing.keys import OwnKeys
from sealing.open import open_bid
from sealing.release import release_share
from sealing.seal import Contents, seal_bid
from sealing.writing import refuse_existing
from suites import Reason, Refused

Reasons = list[dict[str, Json]]


class Job:
    """One sealing: `state` is measuring, sealing, checking, done or refused."""

    def __init__(self, desk: Desk, out: Path) -> None:
        refuse(desk.problems())
        refuse_existing(out)
        assert desk.package is not None and desk.keys is not None and desk.source is not None
        self._tender = desk.package.tender_for(desk.keys.public)
        self._contents = Contents(desk.source, desk.letter, desk.roles, desk.machine if desk.with_machine else None)
        self._keys, self._trust, self._opens = desk.keys, desk.trust(), desk.opens_itself
        self._out = out
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._told: dict[str, Json] = {"state": "measuring", "done": 0, "count": 0}
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def told(self) -> dict[str, Json]:
        """Return progress or outcome: `{state, done, count, bid_digest, file, size, opened, reasons}`."""
        with self._lock:
            return dict(self._told)

    @property
    def running(self) -> bool:
        """Whether it is still at work."""
        return self._thread.is_alive()

    def wait(self) -> None:
        """Wait for the outcome."""
        self._thread.join()

    def stop(self) -> None:
        """End it where it can be ended, and wait until it has tidied up: the program is about to end."""
        self._stopping.set()
        self._thread.join()

    def _went(self, done: int, count: int, **told: Json) -> None:
        """Note progress. :raises Refused: `output`: the program is about to end"""
        if self._stopping.is_set():
            raise Refused([Reason("output", "the program ended before it was done")])
        self._say(done=done, count=count, **told)

    def _say(self, **told: Json) -> None:
        with self._lock:
            self._told |= told

    def _run(self) -> None:
        try:
            sealed = seal_bid(
                self._tender,
                self._contents,
                self._out,
                signer=self._keys,
                progress=partial(self._went, state="sealing"),
                replace=False,
            )
            self._say(state="checking", done=0)
            self._tried()
            self._say(
                state="done", bid_digest=sealed.bid_digest, file=str(self._out), size=sealed.size, opened=self._opens
            )
        except Refused as refused:
            self._say(state="refused", reasons=[reason._asdict() for reason in refused.reasons])
        except OSError as error:
            self._say(state="refused", reasons=[{"check": "output", "reason": str(error.strerror or error)}])
        except (ValueError, RuntimeError) as error:  # whatever it is: the page must not wait for ever
            self._say(state="refused", reasons=[{"check": "output", "reason": str(error)}])

    def _tried(self) -> None:
        """Try the file; one that does not hold is not left lying about."""
        try:
            self._try()
        except (Refused, OSError, ValueError, RuntimeError):
            self._out.unlink(missing_ok=True)
            raise

    def _try(self) -> None:
        """Hold the file as the platform will; where the own key alone opens it, open it too, and leave nothing."""
        layout = inspect_bid(self._out, roots=self._trust)
        if not self._opens:
            return
        share = release_share(layout.header, layout.detached.bid_digest, self._keys)
        folder = Path(tempfile.mkdtemp(prefix=".gongheng-", dir=self._out.parent))
        try:
            open_bid(
                self._out,
                [share],
                folder / "opened",
                roots=self._trust,
                progress=self._went,
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def take_share(keys: OwnKeys, bid: Path, *, trust: list[bytes] | None) -> dict[str, Json]:
    """Return the own share of a sealed bid as the opening wants it: `{v, bid_digest, core, kid, group, index, share}`.

    :raises Refused: every failed check of the file, `recipient`, `unwrap`
    """
    layout = inspect_bid(bid, roots=trust)
    return release_share(layout.header, layout.detached.bid_digest, keys).body()
