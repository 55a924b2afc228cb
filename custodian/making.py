"""Setting a custodian up: keys in a file or a token, a request to certify them, and what the platform gave back."""

import argparse
import os
from pathlib import Path

from custodian import journal
from custodian.files import NoHome, write_atomically
from custodian.handed import bearer_given, log_key_given
from custodian.home import only, passphrase_of, read_keys, read_pub, roots_in
from custodian.token_keys import Place, make_pairs, open_token, read_pin, read_place, sign_in_token, write_place
from sealing import canonical
from sealing.keys import OwnKeys, check_public_path, key_message, make_keys, write_keys, write_new_keys
from suites import Refused, suite_named
from suites.base64_text import from_base64, to_base64
from suites.certificates import facts_of
from suites.possession import possession_message

SUITE = "INTL-1"  # the suite whose certificates are issued, and whose curve tokens know
CHALLENGE = 32  # bytes


def init(wanted: argparse.Namespace) -> int:
    """Make the keys of a new home and write `NAME.request.json`, the body of `POST /api/v1/certificates`.

    Nothing is ever overwritten. A token's PIN is read as in `custodian.token_keys.read_pin`.

    :raises NoHome: the folder holds a key already, or the challenge is none
    :raises suites.Refused: the passphrase is empty, or the organisation no code
    :raises custodian.token_keys.TokenFailed: the token does not make the keys
    """
    folder: Path = wanted.home
    challenge = _challenge(wanted.challenge)  # first: a key without its request could not be made again
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.glob("*.key")) or any(folder.glob("*.pub")) or (folder / "pkcs11.json").exists():
        raise NoHome(f"{folder} holds a key already; nothing is overwritten")
    request = (_in_token if wanted.pkcs11 else _in_file)(folder, wanted, challenge)
    path = folder / f"{wanted.name}.request.json"
    write_atomically(path, canonical.dumps(request))
    journal.note("made", request=str(path), key="token" if wanted.pkcs11 else "file")
    return 0


def _in_file(folder: Path, wanted: argparse.Namespace, challenge: bytes) -> dict[str, str]:
    passphrase, keys = passphrase_of(wanted.passphrase_file), make_keys(SUITE, wanted.organisation)
    write_new_keys(keys, folder / f"{wanted.name}.key", passphrase=passphrase)
    public = keys.public
    message = _proof_message(challenge, public.seal_public, public.sign_public)
    return _request(wanted, public.seal_public, public.sign_public, public.attestation, keys.sign(message))


def _in_token(folder: Path, wanted: argparse.Namespace, challenge: bytes) -> dict[str, str]:
    library = str(Path(wanted.pkcs11).absolute())
    place = Place(library, wanted.pkcs11_token, f"{wanted.name}-seal", f"{wanted.name}-sign")
    pin = read_pin(folder)
    seal, sign = make_pairs(place, pin)
    write_place(folder, place)
    attestation = sign_in_token(place, pin, key_message(suite_named(SUITE), wanted.organisation, seal))
    proof = sign_in_token(place, pin, _proof_message(challenge, seal, sign))
    return _request(wanted, seal, sign, attestation, proof)


def _challenge(given: str) -> bytes:
    """Return the challenge's bytes, none where none was given. :raises NoHome: it is not 32 bytes in base64"""
    try:
        challenge = from_base64(given)
    except ValueError:
        challenge = b""
    if given and len(challenge) != CHALLENGE:
        raise NoHome(f"the challenge is not {CHALLENGE} bytes in base64: copy it whole from the platform's page")
    return challenge


def _proof_message(challenge: bytes, seal: bytes, sign: bytes) -> bytes:
    return possession_message(suite_named(SUITE), challenge=challenge, seal_public=seal, sign_public=sign)


def _request(wanted: argparse.Namespace, seal: bytes, sign: bytes, attestation: bytes, proof: bytes) -> dict[str, str]:
    return {
        "challenge": wanted.challenge,
        "suite": SUITE,
        "seal_public": to_base64(seal),
        "sign_public": to_base64(sign),
        "attestation": to_base64(attestation),
        "proof": to_base64(proof),
    }


def accept(wanted: argparse.Namespace) -> int:
    """Take in the certificate that was issued, the pinned root, the bearer token and the log's key.

    Nothing is written before all of it was found usable.

    :raises NoHome: the certificate is of another key or does not lead to the root, or log key or token are none
    """
    folder: Path = wanted.home
    log_key = log_key_given(wanted.log_key) if wanted.log_key is not None else None
    bearer = bearer_given(wanted.token_file) if wanted.token_file else None
    public, roots = read_pub(wanted.pub), roots_in(wanted.root)
    at = facts_of(public.certificates[0]).not_before
    if found := check_public_path(public, roots, at):
        raise NoHome(f"{wanted.pub} does not lead to {wanted.root}: {Refused(found)}")
    if place := read_place(folder):
        open_token(public, place, read_pin(folder))  # which holds the token against the new .pub
        write_atomically(folder / f"{_name(folder)}.pub", canonical.dumps(public.body()))
    else:
        _accept_file(folder, wanted)
    _put(folder / "root.pem", wanted.root.read_bytes())
    if bearer is not None:
        _put(folder / "token", bearer.encode("ascii"))
    if log_key is not None:
        _put(folder / "log-key", log_key.encode("ascii"))
    journal.note("accepted", kid=public.kid, organisation=public.organisation)
    return 0


def _accept_file(folder: Path, wanted: argparse.Namespace) -> None:
    passphrase = passphrase_of(wanted.passphrase_file)
    keys, _ = read_keys(folder, passphrase=passphrase)
    public = read_pub(wanted.pub)
    assert isinstance(keys, OwnKeys)
    if (keys.public.seal_public, keys.public.sign_public) != (public.seal_public, public.sign_public):
        raise NoHome(f"{wanted.pub} is of another key than {folder} holds")
    write_keys(OwnKeys(public, keys.seal_private, keys.sign_private), only(folder, "*.key"), passphrase=passphrase)


def _name(folder: Path) -> str:
    return only(folder, "*.request.json").name.removesuffix(".request.json")


def _put(path: Path, data: bytes) -> None:
    write_atomically(path, data)
    os.chmod(path, 0o600)  # noqa: PTH101
