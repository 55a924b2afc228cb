"""The short texts that others hand to an agent or a witness: each is refused in words before anything is kept of it."""

import codecs
from pathlib import Path

from custodian.files import NoHome, text
from ledger import notes


def log_key_given(given: str) -> str:
    """Return the log's verifier key of the command line, where it names a file the one in that file.

    :raises NoHome: it is none
    """
    if "+" in given or not Path(given).is_file():
        return _log_key(given.strip(), given)
    return _log_key(_unmarked(Path(given)), given)


def log_key_in(path: Path) -> str:
    """Return the log's verifier key that is pinned in a home. :raises NoHome: the file holds none"""
    return _log_key(text(path), str(path))


def bearer_given(path: Path) -> str:
    """Return the bearer token of a file that a person was handed, maybe by an editor that marks its files.

    :raises NoHome: it is no single word of ASCII
    """
    return bearer_of(_unmarked(path), path)


def bearer_of(token: str, path: Path) -> str:
    """Return a bearer token once it can stand in an HTTP header. :raises NoHome: it cannot; `path` is where it is"""
    if not token or not all("!" <= character <= "~" for character in token):
        raise NoHome(f"{path} holds no bearer token: one word of plain ASCII, without blanks")
    return token


def _log_key(key: str, named: str) -> str:
    try:
        notes.parsed_key(key)
    except notes.BadNote as error:
        raise NoHome(f"{named!r} is no verifier key of a log, nor a file that holds one: {error}") from error
    if not key.isascii():
        raise NoHome(f"{named!r} is not plain ASCII")
    return key


def _unmarked(path: Path) -> str:
    """Return a file's text without the byte order mark of some editors. :raises NoHome: it is not ASCII"""
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise NoHome(f"{path} is not plain ASCII: {error}") from error
