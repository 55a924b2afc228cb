"""The keys of the players' own machines: made there, certified over the API by proof of possession, kept 0600.

They lie under `demonstration-keys/`, which stands for machines of others; no process of the installation reads it.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from config import places
from rehearsal.play.visitor import Visitor
from sealing.keys import OwnKeys, check_public_path, key_message, load_keys, make_keys, write_keys
from suites.base64_text import from_base64, to_base64
from suites.certificates import from_pem
from suites.possession import possession_message

FOLDER = places.HOME / "demonstration-keys"


def keys_of(visitor: Visitor, *, uscc: str, root: str, at: datetime) -> OwnKeys:
    """Return the organisation's keys, made and certified if there are none whose certificate holds at `at`."""
    FOLDER.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = FOLDER / f"{uscc}.key"
    with _alone(FOLDER / f".{uscc}.lock"):
        if path.exists() and not check_public_path((keys := load_keys(path)).public, list(from_pem(root.encode())), at):
            return keys
        keys = certified(visitor, make_keys("INTL-1", uscc))
        write_keys(keys, path)
        return keys


def certified(visitor: Visitor, keys: OwnKeys) -> OwnKeys:
    """Prove possession and return the keys with their certificate."""
    public = keys.public
    challenge = visitor.call("GET", "/api/v1/certificates/challenge").json()["challenge"]
    proof = possession_message(
        keys.suite,
        challenge=from_base64(challenge),
        seal_public=public.seal_public,
        sign_public=public.sign_public,
    )
    asked = {
        "challenge": challenge,
        "seal_public": to_base64(public.seal_public),
        "sign_public": to_base64(public.sign_public),
        "attestation": to_base64(keys.sign(key_message(keys.suite, public.organisation, public.seal_public))),
        "proof": to_base64(keys.sign(proof)),
    }
    pub = visitor.call("POST", "/api/v1/certificates", json=asked).json()
    return keys.with_certificates(tuple(from_base64(der) for der in pub["certificates"]))


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock among processes: two rehearsals at once share one key."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
