"""How a play can end without its end: every failure that is told in words instead of a trace."""

import httpx

from rehearsal.play.bidder import WrongReceipt
from rehearsal.play.pages import NoSuchForm
from rehearsal.play.stage import TookTooLong
from rehearsal.play.visitor import Refused
from rehearsal.players import NobodyThere
from rehearsal.staging import CannotRehearse
from suites import Refused as SealRefused

FAILURES = (CannotRehearse, NobodyThere, Refused, SealRefused, NoSuchForm, TookTooLong, WrongReceipt, httpx.HTTPError)
