"""`python -m custodian --home DIR --server URL`: run the agent until SIGTERM; or `init`, `accept`, `check`, `shred`.

Exit status: 0 done or stopped, 1 refused, the log was rewritten, or the home cannot be used, 2 wrong usage, 3 the
platform did not answer, 4 the PKCS#11 token did not answer. 3 and 4 may pass by themselves; at 1 a person must look.
"""

import argparse
import sys
from collections.abc import Callable

from custodian import checking, journal, making, running, shredding
from custodian.arguments import read_arguments
from custodian.files import NoHome
from custodian.log import LogBroken
from custodian.server import ServerAway, ServerRefused
from custodian.token_keys import PinRefused, TokenAway, TokenFailed
from suites import Refused, self_test
from suites.registry import SelfTestFailed

COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "run": running.run,
    "check": checking.check,
    "init": making.init,
    "accept": making.accept,
    "shred": shredding.shred,
}


def main() -> int:
    """Carry out the command and return the exit status."""
    wanted = read_arguments(sys.argv[1:])
    try:
        self_test()
        return COMMANDS[wanted.command](wanted)
    except PinRefused as error:
        journal.note("pin_refused", why=str(error)[:300], advice="a few more times, and the token locks itself")
    except TokenAway as error:
        journal.note("token_failed", why=str(error)[:300])
        return 4
    except (NoHome, TokenFailed, Refused, SelfTestFailed, OSError) as error:
        journal.note("cannot_start", why=str(error))
    except LogBroken as error:
        journal.note("log_broken", why=str(error))
    except (ServerAway, ServerRefused) as error:
        journal.note("server_away", why=str(error)[:300])
        return 3
    finally:
        journal.close()
    return 1


if __name__ == "__main__":
    sys.exit(main())
