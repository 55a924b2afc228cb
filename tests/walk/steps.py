"""One step of the walk: a request in a savepoint, and what the policy says must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from identity.policy import RULES, Decision, decide
from tendering import queries
from tendering.models import Lot
from tests.depth import THOROUGH, depth
from tests.undone import undone
from tests.walk.addresses import Address
from tests.walk.world import Walker, World

METHOD_NOT_ALLOWED = 405


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


def client_of(walker: Walker) -> Client:
    client = Client(raise_request_exception=False)
    if walker.person is not None:
        client.force_login(walker.person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(client: Client, method: str, address: str) -> Answer:
    """Make the request and undo whatever it wrote, signing out included."""
    cookies = client.cookies.copy()
    try:
        with undone():
            response = client.generic(method, address, b"", content_type="application/x-www-form-urlencoded")
            return Answer(response.status_code, response.headers.get("Location", ""), _text(response))
    finally:
        client.cookies = cookies


def _text(response: HttpResponseBase) -> str:
    content: Any = getattr(response, "streaming_content", None)
    return (b"".join(content) if content is not None else response.content).decode("utf-8", "replace")


def decision_of(address: Address, walker: Walker, lot: Lot, world: World) -> Decision:
    if lot.code not in world.subjects:
        world.subjects[lot.code] = queries.subject(lot)
    return decide(walker.actor, address.act, world.subjects[lot.code] if "lot" in address.places else None)


def fault(address: Address, walker: Walker, decision: Decision, answer: Answer) -> str:
    """Return what is wrong with the answer, or nothing."""
    wanted = _allowed if decision.allowed else _turned_away
    return wanted(address, walker, decision, answer)


# Allowed by the policy, and yet 404: the address names an object that this lot does not have at this stage.
MAY_LACK: dict[str, str] = {
    "public:record_file": "the opening record is printed by its confirmation, which this world leaves out",
    "public:client_file": "no client is published in this world",
    "public:document": "what was not handed in exists for its owner alone",
    "bidder:download": "what was not handed in exists for its owner alone",
    "public:notice": "what is not announced has no notice",
    "expert:file": "no file lies behind a bid of this world",
    "expert:page_image": "no file lies behind a bid of this world",
    "expert:report": "no report is drafted yet, or the lot failed without one",
    "expert:mark": "a POST without payload names no bid",
    "hall:draw_record": "nothing is drawn in this world, and a record is a file only once its result is public",
    "public:award_file": "the award notice is printed by its issue, which this world leaves out",
}
# Pages with a narrower rule of their own than the act they stand under.
OWN_RULE: dict[str, str] = {
    "purchaser:project": "only one's own project",
    "purchaser:lot_new": "only one's own project",
    "expert:summary": "the members' own page of the result; others read the report itself",
    "bidder:receipt_of": "only one's own receipt",
    "bidder:receipt_file": "only one's own receipt",
    "bidder:evidence_file": "only one's own receipt",
    "bidder:evidence_pdf": "only one's own receipt",
}


def _allowed(address: Address, walker: Walker, decision: Decision, answer: Answer) -> str:
    if answer.status in (401, 403) or answer.location.startswith("/sign-in/"):
        return f"allowed, but {answer.status} {answer.location}"
    if answer.status == 404 and address.name not in MAY_LACK and address.name not in OWN_RULE:
        return "allowed, but not found"
    return f"broken: {answer.status}" if answer.status >= 500 and answer.status != 503 else ""


def _turned_away(address: Address, walker: Walker, decision: Decision, answer: Answer) -> str:
    if address.api:
        wanted = {401, 404} if walker.person is None else {401, 403, 404}
        return "" if answer.status in wanted else f"refused, but {answer.status}"
    if decision.secret:
        return "" if answer.status == 404 else f"secret, but {answer.status}"
    if walker.person is None and any(reason.code == "wrong_role" for reason in decision.reasons):
        sent = answer.status == 302 and answer.location.startswith("/sign-in/")
        return "" if sent else f"should be sent to sign in, but {answer.status} {answer.location}"
    return "" if answer.status == 403 else f"forbidden, but {answer.status}"


FEW = depth(("announced",), ("announced", "evaluating"))
REFUSALS_TRIED = depth(1, 2)


def worth_trying(address: Address, walker: Walker, world: World) -> Iterator[tuple[Lot, Decision]]:
    """Yield the lots to try an address with, and what the policy decides there.

    What is allowed is tried at every stage, since a page may break at any of them: at each by one of those who may,
    taking turns, and by everybody at the first stage where they may; `make thorough`: by everybody at all of them.
    What is refused for the same reasons at several stages is refused by the same guard before the page is reached:
    the first is tried (`make thorough`: two of them).
    """
    tried: Counter[frozenset[str]] = Counter()
    for lot in lots_of(address, walker, world):
        decision = decision_of(address, walker, lot, world)
        codes = frozenset(reason.code for reason in decision.reasons)
        tried[codes] += 1
        if decision.allowed:
            worth = THOROUGH or tried[codes] == 1 or has_turn(address, walker, lot, world)
        else:
            worth = tried[codes] <= REFUSALS_TRIED
        if worth:
            yield lot, decision


def has_turn(address: Address, walker: Walker, lot: Lot, world: World) -> bool:
    """Say whether it is this walker's turn at the lot's stage."""
    may = [one for one in world.walkers if decision_of(address, one, lot, world).allowed]
    return (may.index(walker) - list(world.lots).index(lot.stage)) % len(may) == 0


def lots_of(address: Address, walker: Walker, world: World) -> list[Lot]:
    """Return the lots to try an address with: one of every stage where it names one, else only the announced one.

    A role that no grant of the act names is refused whatever the stage: a few stages are enough for it.
    """
    if "lot" not in address.places:
        return [world.lots["announced"]]
    stages = list(world.lots) if walker.actor.role in RULES[address.act].roles else FEW
    return [world.lots[stage] for stage in stages]


def tries(client: Client, address: Address, path: str, *, allowed: bool) -> Iterator[tuple[str, Answer]]:
    """Yield the methods that this address answers, and what came back; who is refused is refused before the method."""
    for method in [address.method] if address.api else ["GET", "POST"]:
        answer = ask(client, method, path)
        if answer.status == METHOD_NOT_ALLOWED:
            continue
        yield method, answer
        if not allowed:
            return
