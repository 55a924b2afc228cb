"""The agent's life: round after round until it is told to stop, with growing pauses while the platform is away."""

import argparse
import random
import signal
import threading
from datetime import timedelta
from types import FrameType

from custodian import checking, clock, journal, parent
from custodian.agent import Agent
from custodian.home import KeyDestroyed, passphrase_of, read_home
from custodian.log import Log
from custodian.server import Server, ServerAway, ServerRefused
from custodian.shredding import tell_again
from custodian.token_keys import PinRefused, TokenFailed

PAUSE = 1.0  # seconds between rounds, ± a fifth
LONGEST_PAUSE = 15.0
HELLO_EVERY = 5.0
TROUBLES: dict[type[Exception], tuple[str, str]] = {  # that pass: what is noted of each, and advised
    ServerAway: ("server_away", ""),
    ServerRefused: ("server_away", ""),
    TokenFailed: ("token_failed", "connect it, or see what it lacks: the agent goes on by itself"),
    OSError: ("disk_failed", "make room, or repair it: the agent goes on by itself"),
}


def run(wanted: argparse.Namespace) -> int:
    """Run the agent and return its exit status. A home whose key was destroyed only says so again."""
    if wanted.exit_with:
        parent.die_with_parent()
    if wanted.log_file:
        journal.to_file(wanted.log_file)
    try:
        home = read_home(wanted.home, passphrase=passphrase_of(wanted.passphrase_file))
    except KeyDestroyed as destroyed:
        tell_again(wanted.home, destroyed, wanted.server)
        raise
    log, server = Log(home.folder, pinned=home.pinned_log), Server(wanted.server, home.token)
    limits = timedelta(seconds=wanted.skew), timedelta(seconds=wanted.skew_limit)
    agent = Agent(home, log, server, clock.now, *limits)
    journal.note(
        "started", kid=home.keys.kid, organisation=home.keys.public.organisation, head=log.head.size, key=home.key_kind
    )
    try:
        if wanted.check and (status := checking.home_status(home)):
            return status
        return _once(agent) if wanted.once else _until_stopped(agent, parent_pid=wanted.exit_with)
    finally:
        server.close()


def _once(agent: Agent) -> int:
    agent.greet()
    journal.note("round", released=agent.round())
    return 0


def _until_stopped(agent: Agent, *, parent_pid: int) -> int:
    """Go round and round; a platform or token that is away, or a disk that takes nothing, is tried again.

    The pauses grow meanwhile. What could not be written down is not acted on (`custodian.log`).

    :raises custodian.token_keys.PinRefused: the token would lock itself if it were tried again
    :raises custodian.log.LogBroken: a person must look
    """
    stopped = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    pause, greeted, trouble = PAUSE, -HELLO_EVERY, ""
    while not stopped.is_set() and not parent.gone(parent_pid):
        try:
            if clock.monotonic() - greeted >= HELLO_EVERY:
                agent.greet()
                greeted = clock.monotonic()
            agent.round()
            pause, trouble = PAUSE, ""
        except PinRefused:
            raise
        except (ServerAway, ServerRefused, TokenFailed, OSError) as error:
            trouble = _told(error, trouble)
            pause = min(LONGEST_PAUSE, pause * 1.5)
        stopped.wait(pause * random.uniform(0.8, 1.2))
    journal.note("stopped", head=agent.log.head.size)
    return 0


def _told(error: Exception, before: str) -> str:
    """Note what stands in the way, once while it lasts, and return its name."""
    name, advice = next(told for kind, told in TROUBLES.items() if isinstance(error, kind))
    if name != before:
        journal.note(name, why=str(error)[:300], **({"advice": advice} if advice else {}))
    return name
