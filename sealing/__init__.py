"""The sealed bid: file format, opening policies, shares, statements, command line.

Before the deadline nobody can read a bid; afterwards anyone can check that what was opened is what was handed in. This
package must never know Django, a database, a network or a clock: whoever calls it tells it the time.
"""

from suites import Reason, Refused

__all__ = ["Reason", "Refused"]
