"""A custodian's keys in a PKCS#11 token: it derives and signs inside, and what opens a wrap never leaves it.

`pkcs11.json` in the agent's home names the library, the token and the labels of the two P-256 pairs; the PIN comes from
a file (0600), a systemd credential or the environment, never from the command line or `pkcs11.json`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pkcs11
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from custodian import token_objects
from custodian.files import NoHome, read_json, secret_line, write_atomically
from sealing import canonical
from sealing.keys import PublicKeys
from suites import Suite, Wrap, WrongKey
from suites.hpke_opening import checked_point, open_first, schedule

CONFIG, PIN = "pkcs11.json", "pin"
PIN_VARIABLE = "GONGHENG_CUSTODIAN_PIN"
SUITE = "INTL-1"  # the one suite whose curve tokens know
FIELDS = ("module", "token", "seal", "sign")


_PIN_REFUSED = (
    *(pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLocked, pkcs11.exceptions.PinExpired),
    *(pkcs11.exceptions.PinInvalid, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.UserPinNotInitialized),
)


class TokenFailed(Exception):
    """The token is absent, refuses the PIN, lacks a key, or holds one that can leave it."""


class TokenAway(TokenFailed):
    """The token is absent or does not answer: it may do so again, by itself or once it is connected."""


class PinRefused(TokenFailed):
    """The token refuses the PIN. It must not be asked again with it: after a few times a token locks itself."""


@dataclass(frozen=True)
class Place:
    """Where the keys are: library, label of the token, labels of the two pairs."""

    module: str
    token: str
    seal: str
    sign: str


def read_place(folder: Path) -> Place | None:
    """Return what `pkcs11.json` says, or None where the keys are in a file.

    :raises NoHome: it is malformed
    """
    found = read_json(folder / CONFIG)
    if not found:
        return None
    if set(found) != set(FIELDS) or not all(isinstance(value, str) and value for value in found.values()):
        raise NoHome(f"{folder / CONFIG} must hold exactly {', '.join(FIELDS)}")
    return Place(**found)


def write_place(folder: Path, place: Place) -> None:
    """Write `pkcs11.json`."""
    write_atomically(folder / CONFIG, canonical.dumps({name: getattr(place, name) for name in FIELDS}))


def read_pin(folder: Path) -> str:
    """Return the PIN: a systemd credential `pin`, the file `pin` of the home, or the environment, in this order.

    :raises NoHome: there is none, it is empty or not UTF-8, or others may read the file
    """
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    for path, ours in ((Path(credentials) / PIN if credentials else None, False), (folder / PIN, True)):
        if path is not None and path.exists():
            if ours and path.stat().st_mode & 0o077:
                raise NoHome(f"{path} may be read by others: chmod 600 {path}")
            if not (pin := secret_line(path)):
                raise NoHome(f"{path} holds no PIN: it is empty")
            return pin
    if pin := os.environ.get(PIN_VARIABLE, ""):
        return pin
    raise NoHome(f"the token's PIN is neither a credential nor in {folder / PIN} nor in {PIN_VARIABLE}")


class Held(NamedTuple):
    """What a token holds of the keys, in words, and the keys of other labels of which nobody can tell."""

    ours: list[str]
    untold: list[str]


@dataclass(frozen=True)
class TokenKeys:
    """Both pairs of a token and their public half. It signs, and it opens wraps, as `sealing.keys.OwnKeys` does."""

    public: PublicKeys
    place: Place
    pin: str

    @property
    def suite(self) -> Suite:
        """The algorithms."""
        return self.public.suite

    @property
    def kid(self) -> str:
        """The key's name, hex."""
        return self.public.kid

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """The certificate chain of the signing key."""
        return self.public.certificates

    @property
    def pairs(self) -> tuple[tuple[str, bytes], ...]:
        """The label of each pair in the token with its public key (SPKI), by which it is told from others."""
        return (self.place.seal, self.public.seal_public), (self.place.sign, self.public.sign_public)

    def sign(self, message: bytes) -> bytes:
        """Sign a message with the signing key, as r ‖ s. :raises TokenFailed: the token does not do it"""
        with _session(self.place, self.pin) as session:
            return token_objects.signed(_private(session, self.place.sign, self.public.sign_public), message)

    def unwrap(self, context: bytes, wrap: Wrap) -> bytes:
        """Open a wrap: the token computes the shared point, HPKE's key schedule follows here.

        :raises WrongKey: it is not for this key and context
        :raises TokenFailed: the token does not do it
        """
        if not self.suite.accepts_wrap(wrap):
            raise WrongKey("the wrap has an impossible size")
        with _session(self.place, self.pin) as session:
            key = _private(session, self.place.seal, self.public.seal_public)
            dh = token_objects.shared_x(key, checked_point(wrap.enc))
        recipient = token_objects.point_of(self.public.seal_public)
        return open_first(schedule(dh, enc=wrap.enc, recipient=recipient, info=context), wrap.ct)

    def held(self) -> Held:
        """Return in words what `destroy` would destroy, and what it would leave for a person to look at.

        :raises TokenFailed: the token would not do it
        """
        with _session(self.place, self.pin, writes=True) as session:
            found = self._found(session)
            return Held([token_objects.named(one) for one in found.halves], found.untold)

    def destroy(self) -> list[str]:
        """Destroy both pairs in the token (C_DestroyObject), copies too, and no other key, whatever the label.

        Returns in words the keys of other labels that could not be told from them: a person has to look at those.

        :raises TokenFailed: something of them is still there, or a key of their labels cannot be told from them
        """
        with _session(self.place, self.pin, writes=True) as session:
            for one in self._found(session).halves:
                one.destroy()
            left = self._found(session)
            if left.halves:
                raise TokenFailed("the token still holds a key that was to be destroyed")
            return left.untold

    def _found(self, session: Any) -> token_objects.Found:
        labels, spkis = zip(*self.pairs, strict=True)
        return token_objects.halves_of(session, spkis, labels)

    def with_public(self, public: PublicKeys) -> "TokenKeys":
        """Return the same keys with the chain that a CA issued."""
        return replace(self, public=public)


def open_token(public: PublicKeys, place: Place, pin: str) -> TokenKeys:
    """Return the token's keys after checking that they are those of the `.pub`, and cannot leave the token.

    :raises TokenFailed: absent, wrong PIN, other keys, or keys that the token would hand out
    """
    keys = TokenKeys(public, place, pin)
    with _session(place, pin) as session:
        for label, spki in keys.pairs:
            if not token_objects.public_halves(session, label, spki):
                raise TokenFailed(f"the key {label} in the token is not the one of the .pub file")
            _check_private(session, label, spki)
    return keys


def make_pairs(place: Place, pin: str) -> tuple[bytes, bytes]:
    """Make two fresh pairs in the token, neither ever to leave it, and return their SPKI: seal, sign.

    :raises TokenFailed: the token does not do it, or has keys of these labels already
    """
    with _session(place, pin, writes=True) as session:
        for label in (place.seal, place.sign):
            if list(session.get_objects({pkcs11.Attribute.LABEL: label})):
                raise TokenFailed(f"the token has a key called {label} already; nothing is overwritten")
        return _generate(session, place.seal, derives=True), _generate(session, place.sign, derives=False)


def sign_in_token(place: Place, pin: str, message: bytes) -> bytes:
    """Return r ‖ s over a message, where there is no `.pub` yet. :raises TokenFailed: the token does not do it"""
    with _session(place, pin) as session:
        return token_objects.signed(session.get_key(pkcs11.ObjectClass.PRIVATE_KEY, label=place.sign), message)


@contextmanager
def _session(place: Place, pin: str, *, writes: bool = False) -> Iterator[Any]:
    """A session of the user, closed again: a token that was pulled out and put back works at the next call.

    :raises PinRefused: the PIN is not the token's
    :raises TokenAway: the token does not do something
    :raises TokenFailed: a key in it lets nobody find out whose it is
    """
    try:
        token = pkcs11.lib(place.module).get_token(token_label=place.token)
        with token.open(user_pin=pin, rw=writes) as session:
            yield session
    except token_objects.Untold as error:
        raise TokenFailed(f"token {place.token}: {error}") from error
    except _PIN_REFUSED as error:
        raise PinRefused(f"token {place.token}: {type(error).__name__}") from error
    except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
        raise TokenAway(f"token {place.token}: {type(error).__name__} {error}".strip()) from error


def _generate(session: Any, label: str, *, derives: bool) -> bytes:
    """Make a pair and return the SPKI of its public half."""
    curve = encode_named_curve_parameters("secp256r1")
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True)
    kept = {
        pkcs11.Attribute.SENSITIVE: True,
        pkcs11.Attribute.EXTRACTABLE: False,
        pkcs11.Attribute.DERIVE: derives,
        pkcs11.Attribute.SIGN: not derives,
    }
    capabilities = pkcs11.MechanismFlag.DERIVE if derives else pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY
    public, _private_half = parameters.generate_keypair(
        store=True,
        label=label,
        capabilities=capabilities,
        private_template=kept,
        mechanism=pkcs11.Mechanism.EC_KEY_PAIR_GEN,
    )
    return bytes(encode_ec_public_key(public))


def _private(session: Any, label: str, spki: bytes) -> Any:
    """Return the private half of a pair: the only key of the label, as `open_token` proved it, or the one that is."""
    found = token_objects.private_keys(session, label)
    return found[0] if len(found) == 1 else _proven(session, label, spki)


def _proven(session: Any, label: str, spki: bytes) -> Any:
    found = token_objects.private_halves(session, label, spki)
    if not found:
        raise TokenFailed(f"the token has no private key {label} that belongs to the public one")
    return found[0]


def _check_private(session: Any, label: str, spki: bytes) -> None:
    key = _proven(session, label, spki)
    if key[pkcs11.Attribute.EXTRACTABLE] or not key[pkcs11.Attribute.SENSITIVE]:
        raise TokenFailed(f"the key {label} could leave the token")
