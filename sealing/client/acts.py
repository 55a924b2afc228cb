"""What the page may ask for: one function for each act, from a JSON object to a JSON answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sealing import canonical
from sealing.canonical import Json
from sealing.client import places
from sealing.client.desk import Desk
from sealing.client.job import Job, take_share
from sealing.client.program import built
from sealing.fields import Form, check_fields, is_object, is_suite
from sealing.inspect import facts, inspect_bid
from sealing.keys import OwnKeys
from sealing.names import shown
from sealing.withdrawals import withdrawal_named, withdrawal_of
from sealing.writing import write_new
from suites import NAMES, Reason, Refused

Act = Callable[["Session", dict[str, Json]], Json]


@dataclass
class Session:
    """One run of the client."""

    desk: Desk
    job: Job | None = None
    leaving: bool = False
    version: str = field(default_factory=lambda: built().get("version", ""))


def _text(value: Json) -> bool:
    """A text that the system can take as a name; JSON can also tell lone surrogates, which nothing else can hold."""
    return isinstance(value, str) and len(value) <= 4096 and "\0" not in value and shown(value) == value


def _flag(value: Json) -> bool:
    return isinstance(value, bool)


def _texts(value: Json) -> bool:
    return isinstance(value, dict) and all(_text(name) and _text(member) for name, member in value.items())


def _state(session: Session, told: dict[str, Json]) -> Json:
    job = None if session.job is None else session.job.told()
    words = {"version": session.version, "suites": list(NAMES), "roles": list(places.ROLES), "home": str(Path.home())}
    return words | session.desk.told() | {"job": job}


def _browse(session: Session, told: dict[str, Json]) -> Json:
    return places.listing(told["path"])


def _package(session: Session, told: dict[str, Json]) -> Json:
    session.desk.take_package(Path(told["path"]))
    return _state(session, told)


def _confirm(session: Session, told: dict[str, Json]) -> Json:
    session.desk.confirm_root(told["fingerprint"])
    return _state(session, told)


def _root(session: Session, told: dict[str, Json]) -> Json:
    session.desk.take_root(Path(told["path"]))
    return _state(session, told)


def _make_key(session: Session, told: dict[str, Json]) -> Json:
    rest = {name: told[name] for name in ("name", "organisation", "suite", "passphrase")}
    session.desk.make_key(Path(told["folder"]), **rest)
    return _state(session, told)


def _open_key(session: Session, told: dict[str, Json]) -> Json:
    session.desk.open_key(Path(told["path"]), passphrase=told["passphrase"])
    return _state(session, told)


def _prove(session: Session, told: dict[str, Json]) -> Json:
    return session.desk.ask_certificate(told["challenge"], Path(told["folder"]))


def _adopt(session: Session, told: dict[str, Json]) -> Json:
    session.desk.adopt(Path(told["path"]), passphrase=told["passphrase"])
    return _state(session, told)


def _source(session: Session, told: dict[str, Json]) -> Json:
    session.desk.take_source(Path(told["path"]))
    return _state(session, told)


def _letter(session: Session, told: dict[str, Json]) -> Json:
    session.desk.write_letter(told["fields"], told["roles"], with_machine=told["with_machine"])
    return _state(session, told)


def _seal(session: Session, told: dict[str, Json]) -> Json:
    if session.job is not None and session.job.running:
        raise Refused([Reason("output", "a bid is being sealed already")])
    folder, package = Path(told["folder"]), session.desk.package
    if not folder.is_dir():
        raise Refused([Reason("output", "there is no such folder")])
    name = f"{package.parameters.lot}-{package.sequence}.bid" if package is not None else "bid"
    session.job = Job(session.desk, folder / name)
    return session.job.told()


def _progress(session: Session, told: dict[str, Json]) -> Json:
    return {"state": "none"} if session.job is None else session.job.told()


def _inspect(session: Session, told: dict[str, Json]) -> Json:
    trust = session.desk.trust() if session.desk.package is not None else None
    layout = inspect_bid(_there(told["path"]), roots=trust or None)
    return facts(layout, trusted=bool(trust))


def _release(session: Session, told: dict[str, Json]) -> Json:
    path = _there(told["path"])
    share = take_share(_keys(session), path, trust=None)
    out = _written(path.with_suffix(".share.json"), share)
    return {"file": out, "bid_digest": share["bid_digest"], "group": share["group"], "index": share["index"]}


def _withdraw(session: Session, told: dict[str, Json]) -> Json:
    path = _there(told["path"])
    statement = withdrawal_of(path, _keys(session))
    return {**statement["body"], "file": _written(path.with_suffix(".withdrawal.json"), statement)}


def _withdraw_named(session: Session, told: dict[str, Json]) -> Json:
    statement = withdrawal_named(told["lot"], told["bid_digest"], _keys(session))
    body, folder = statement["body"], Path(told["folder"])
    if not folder.is_dir():
        raise Refused([Reason("output", "there is no such folder")])
    return {**body, "file": _written(folder / f"{body['lot']}-{body['bid_digest'][:8]}.withdrawal.json", statement)}


def _keys(session: Session) -> OwnKeys:
    if session.desk.keys is None:
        raise Refused([Reason("key", "no key file was opened")])
    return session.desk.keys


def _written(out: Path, body: dict[str, Json]) -> str:
    """Write a new file that only its owner reads. :raises Refused: `output`: it exists already"""
    write_new(out, canonical.dumps(body))
    return str(out)


def _leave(session: Session, told: dict[str, Json]) -> Json:
    if session.job is not None and session.job.running:
        raise Refused([Reason("output", "a bid is being sealed already")])
    session.leaving = True
    return {}


def _there(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise Refused([Reason("file_length", f"{path.name} is not a file")])
    return path


_PATH: dict[str, Form] = {"path": _text}
ACTS: Mapping[str, tuple[dict[str, Form], Act]] = {
    "state": ({}, _state),
    "browse": (_PATH, _browse),
    "package": (_PATH, _package),
    "confirm": ({"fingerprint": _text}, _confirm),
    "root": (_PATH, _root),
    "make-key": (
        {"folder": _text, "name": _text, "organisation": _text, "suite": is_suite, "passphrase": _text},
        _make_key,
    ),
    "open-key": (_PATH | {"passphrase": _text}, _open_key),
    "prove": ({"challenge": _text, "folder": _text}, _prove),
    "adopt": (_PATH | {"passphrase": _text}, _adopt),
    "source": (_PATH, _source),
    "letter": ({"fields": is_object, "roles": _texts, "with_machine": _flag}, _letter),
    "seal": ({"folder": _text}, _seal),
    "progress": ({}, _progress),
    "inspect": (_PATH, _inspect),
    "release": (_PATH, _release),
    "withdraw": (_PATH, _withdraw),
    "withdraw-named": ({"lot": _text, "bid_digest": _text, "folder": _text}, _withdraw_named),
    "leave": ({}, _leave),
}


def act(session: Session, name: str, body: Json) -> Json:
    """Carry out one of the `ACTS`.

    :raises Refused: with every reason
    """
    form, carry_out = ACTS[name]
    if found := check_fields("output", "request", body, form):
        raise Refused(found)
    try:
        return carry_out(session, body)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise Refused([Reason("output", f"{where}{error.strerror or error}")]) from error
    except UnicodeError as error:  # a letter or a name of the disk, told in JSON
        raise Refused([Reason("output", "what was told holds characters that are not UTF-8")]) from error
    except RuntimeError as error:  # `~somebody` whom the system does not know
        raise Refused([Reason("output", str(error))]) from error
