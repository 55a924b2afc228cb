"""`python -m custodian.witness --log URL --home DIR`: the witness 见证方, run by a regulator or notary.

It remembers the last head of the log, cosigns a new one only with a valid proof that it extends that, and refuses and
records two histories. `--once`: one round; `--listen HOST:PORT`: show its view to others. One process a home.

Exit status: 0 stopped or round done, 1 a split view or the home cannot be used, 2 wrong usage, 3 (`--once`) the log
did not answer, or gave no proof.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import FrameType

from custodian import clock, journal, parent
from custodian.arguments import address
from custodian.files import NoHome
from custodian.handed import log_key_given
from custodian.server import ServerAway, ServerRefused
from custodian.witness_home import HomeInUse, WitnessHome, locked
from custodian.witness_log import LogServer
from custodian.witness_view import showing
from custodian.witnessing import Head, NoProof, SplitView, judge, needs_proof, read_head
from ledger import cosignatures, notes

PAUSE, LONGEST_PAUSE = 15.0, 120.0  # seconds between rounds
OFTEN = 3  # rounds in a row without a proof that are no accident any more


class Witness:
    """One witness of one log; `now` is its own clock."""

    def __init__(self, home: WitnessHome, log: LogServer, now: Callable[[], datetime] = clock.now) -> None:
        self.home, self._log, self._now = home, log, now
        self._unproven = 0  # rounds in a row whose head came without a proof

    def meet(self) -> None:
        """Pin the log's key at first contact where none was given: trust on first use, said aloud.

        :raises ServerAway: the log does not answer
        """
        if self.home.log_key:
            return
        try:
            self.home.pin(self._log.key())
        except notes.BadNote as error:
            raise ServerAway(f"what the log shows is no key: {error}") from error
        journal.note(
            "log_key_trusted_on_first_use",
            log_key=self.home.log_key,
            advice="compare it with the key published elsewhere; --log-key pins one that you have",
        )

    def round(self) -> int:
        """Look at the log once and return the size cosigned now, 0 where nothing is new.

        :raises SplitView: two histories, now or recorded before; nothing is cosigned any more
        :raises ServerAway: the log does not answer, or not with a head signed by the pinned key and a proof
        :raises HomeInUse: another process cosigned meanwhile
        """
        if recorded := self.home.splits():
            raise SplitView(recorded[0]["why"], recorded[0]["seen"], recorded[0]["shown"], recorded[0]["proofs"])
        last = self.home.last
        seen = read_head(last, self.home.log_key) if last else None
        try:
            shown = read_head(self._log.head(), self.home.log_key)
        except notes.BadNote as error:
            raise ServerAway(f"the head is not signed by the pinned key: {error}") from error
        if not self._is_new(seen, shown):
            self._publish_again(seen)
            return 0
        line = cosignatures.cosigned(shown.text, self.home.name, self.home.key, self._now())
        # kept before anybody can have it
        self.home.keep(f"{_signed_by_log(shown, self.home.log_key)}{line}\n", after=last)
        journal.note("cosigned", size=shown.size)
        self._publish(shown.size, line)
        return shown.size

    def _is_new(self, seen: Head | None, shown: Head) -> bool:
        sizes = needs_proof(seen, shown)
        try:
            new = judge(seen, shown, self._log.proofs(*sizes) if sizes else {})
        except NoProof as error:
            self._tell_unproven(shown, str(error))
            raise ServerAway(str(error)) from error
        except SplitView as split:
            journal.note("split_view", why=str(split), kept=self._kept(split))
            raise
        self._unproven = 0
        return new

    def _kept(self, split: SplitView) -> str:
        """Record a split view; where the disk takes nothing its evidence goes out with the journal.

        It is no failed disk that is tried again: the next round the log may show its other face, and be cosigned.
        """
        try:
            return str(self.home.record_split(split.facts))
        except OSError as error:
            advice = "keep these two heads elsewhere: the disk did not take them"
            journal.note("evidence_not_kept", failure=str(error), advice=advice, **split.facts)
            return ""

    def _tell_unproven(self, shown: Head, why: str) -> None:
        """Say that a head came without its proof, and say it louder when that goes on: it may be a log that hides."""
        self._unproven += 1
        often = {"advice": "ask the platform's operator; keep the head"} if self._unproven >= OFTEN else {}
        event = "proof_withheld" if often else "proof_missing"
        journal.note(event, why=why, times=self._unproven, head=shown.note, **often)

    def _publish_again(self, seen: Head | None) -> None:
        """Hand in the last cosignature where the log does not show it: it may have been lost on the way."""
        if seen is None:
            return
        line = self.home.last.removesuffix("\n").rpartition("\n")[2]
        if line not in self._log.head(seen.size):
            self._publish(seen.size, line)

    def _publish(self, size: int, line: str) -> None:
        if not self.home.token:
            journal.note("not_registered", key=self.home.verifier, advice="the platform's operator registers this key")
            return
        try:
            self._log.cosign(size, line, token=self.home.token)
        except ServerRefused as error:
            journal.note("not_taken", size=size, why=str(error)[:300])


def _signed_by_log(head: Head, log_key: str) -> str:
    """Return the note with the log's own signature line only."""
    name, _ = notes.parsed_key(log_key)
    tail = head.note.removeprefix(f"{head.text}\n")
    lines = [line for line in tail.split("\n") if line.startswith(f"— {name} ")]
    return f"{head.text}\n" + "".join(f"{line}\n" for line in lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="custodian.witness", description="Witness of the evidence log")
    parser.add_argument("--log", required=True, metavar="URL", help="address of the platform")
    parser.add_argument("--home", required=True, type=Path, help="the witness's folder; made at first use")
    parser.add_argument("--name", default="", help="name of a new key, e.g. regulator.example")
    parser.add_argument("--log-key", help="the log's verifier key, or a file that holds it; else trusted at first use")
    parser.add_argument("--once", action="store_true", help="one round, then exit")
    parser.add_argument("--listen", type=address, metavar="HOST:PORT", help="show the own view over HTTP")
    parser.add_argument("--exit-with", type=int, default=0, metavar="PID", help="end when this parent process ends")
    return parser.parse_args()


def main() -> int:
    """Run the witness and return its exit status."""
    wanted = _arguments()
    if wanted.exit_with:
        parent.die_with_parent()
    try:
        with locked(wanted.home):
            return _run(wanted)
    except (NoHome, OSError, notes.BadNote) as error:
        journal.note("cannot_start", why=str(error))
        return 1


def _run(wanted: argparse.Namespace) -> int:
    home = WitnessHome(wanted.home, name=wanted.name)
    if wanted.log_key is not None:
        home.pin(log_key_given(wanted.log_key))
    log = LogServer(wanted.log)
    witness = Witness(home, log)
    journal.note("started", name=home.name, key=home.verifier, registered=bool(home.token))
    try:
        with showing(home, wanted.listen):
            return _once(witness) if wanted.once else _until_stopped(witness, parent_pid=wanted.exit_with)
    except SplitView as split:
        journal.note("refused", why=str(split))
        return 1
    except HomeInUse as error:
        journal.note("home_in_use", why=str(error))
        return 1
    except (NoHome, ValueError) as error:  # BadNote among them
        journal.note("home_damaged", why=f"a file of the home cannot be read: {error}")
        return 1
    finally:
        log.close()


def _once(witness: Witness) -> int:
    try:
        witness.meet()
        journal.note("round", cosigned=witness.round())
    except ServerAway as error:
        journal.note("log_away", why=str(error)[:300])
        return 3
    return 0


def _until_stopped(witness: Witness, *, parent_pid: int) -> int:
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pause = PAUSE
    while not stopped.is_set() and not parent.gone(parent_pid):
        try:
            witness.meet()
            witness.round()
            pause = PAUSE
        except ServerAway as error:
            journal.note("log_away", why=str(error)[:300])
            pause = min(LONGEST_PAUSE, pause * 1.5)
        except OSError as error:
            journal.note("disk_failed", why=str(error), advice="make room, or repair it: the witness goes on by itself")
            pause = min(LONGEST_PAUSE, pause * 1.5)
        stopped.wait(pause)
    journal.note("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
