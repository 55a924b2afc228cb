"""`python -m custodian --home DIR --server URL`: run the agent until SIGTERM, or one round with `--once`.

Exit status: 0 stopped or round done, 1 the log was rewritten or the home cannot be used, 2 wrong usage, 3 (`--once`)
the platform did not answer.
"""

import argparse
import random
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from types import FrameType

from custodian import clock, journal, parent
from custodian.agent import Agent
from custodian.home import NoHome, read_home
from custodian.log import Log, LogBroken
from custodian.server import Server, ServerAway, ServerRefused
from suites import Refused, self_test

PAUSE = 1.0  # seconds between rounds, ± a fifth
LONGEST_PAUSE = 15.0
HELLO_EVERY = 5.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="custodian", description="Agent of a key custodian")
    parser.add_argument("--home", type=Path, required=True, help="folder with NAME.key, token, root.pem")
    parser.add_argument("--server", required=True, help="address of the platform, e.g. https://trade.example")
    parser.add_argument("--skew", type=float, default=0.0, help="seconds the own clock may be ahead")
    parser.add_argument("--once", action="store_true", help="one round, then exit")
    parser.add_argument("--passphrase-file", type=Path, help="passphrase of the key file")
    parser.add_argument("--exit-with", type=int, default=0, metavar="PID", help="end when this parent process ends")
    return parser.parse_args()


def main() -> int:
    """Run the agent and return its exit status."""
    wanted = _arguments()
    if wanted.exit_with:
        parent.die_with_parent()
    passphrase = wanted.passphrase_file.read_text("utf-8").rstrip("\r\n") if wanted.passphrase_file else None
    try:
        self_test()
        home = read_home(wanted.home, passphrase=passphrase)
        log = Log(home.folder, pinned=home.pinned_log)
    except (NoHome, Refused, LogBroken, OSError) as error:
        journal.note("cannot_start", why=str(error))
        return 1
    server = Server(wanted.server, home.token)
    agent = Agent(home, log, server, clock.now, timedelta(seconds=wanted.skew))
    journal.note("started", kid=home.keys.kid, organisation=home.keys.public.organisation, head=log.head.size)
    try:
        return _once(agent) if wanted.once else _until_stopped(agent, parent_pid=wanted.exit_with)
    except LogBroken as error:
        journal.note("log_broken", why=str(error))
        return 1
    finally:
        server.close()


def _once(agent: Agent) -> int:
    try:
        agent.greet()
        journal.note("round", released=agent.round())
    except (ServerAway, ServerRefused) as error:
        journal.note("server_away", why=str(error)[:300])
        return 3
    return 0


def _until_stopped(agent: Agent, *, parent_pid: int) -> int:
    """Go round and round; a platform that is away is asked again with growing pauses."""
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pause, greeted = PAUSE, -HELLO_EVERY
    while not stopped.is_set() and not parent.gone(parent_pid):
        try:
            if clock.monotonic() - greeted >= HELLO_EVERY:
                agent.greet()
                greeted = clock.monotonic()
            agent.round()
            pause = PAUSE
        except (ServerAway, ServerRefused) as error:
            if pause == PAUSE:
                journal.note("server_away", why=str(error)[:300])
            pause = min(LONGEST_PAUSE, pause * 1.5)
        stopped.wait(pause * random.uniform(0.8, 1.2))
    journal.note("stopped", head=agent.log.head.size)
    return 0


if __name__ == "__main__":
    sys.exit(main())
