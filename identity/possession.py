"""What is shown when a certificate is asked for: two public keys, the attestation, the proof of possession. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from suites import BadKey, Suite, kid_of
from suites.base64_text import from_base64, to_base64
from suites.possession import proves_possession

KEY_LABEL = b"gongheng/key/v1"
MOST_TEXT = 4096
NOT_BASE64 = _("“{name}”不是规范的 Base64。")
BAD_PUBLIC = _("“{name}”不是本套件的公钥。")
SAME_KEY = Reason("same_key", _("封装公钥与签名公钥必须是两对不同的密钥。"))
NO_PROOF = Reason("possession", _("占有证明无效：签名与质询或公钥不符。"))
NO_ATTESTATION = Reason("attestation", _("公钥声明无效：应由签名私钥对封装公钥和单位代码签名。"))


@dataclass(frozen=True)
class Presented:
    """The decoded request; publics are DER SPKI."""

    nonce: bytes
    seal_public: bytes
    sign_public: bytes
    attestation: bytes
    proof: bytes


def decoded(**texts: str) -> tuple[Presented | None, list[Reason]]:
    """Return the request from its base64 texts, or None with a reason for each that is not canonical base64."""
    octets: dict[str, bytes] = {}
    reasons = []
    for name, text in texts.items():
        try:
            octets[name] = from_base64(text) if len(text) <= MOST_TEXT else b""
        except ValueError:
            octets[name] = b""
        if not octets[name]:
            reasons.append(Reason("base64", NOT_BASE64, values={"name": name}))
    return (None if reasons else Presented(**octets)), reasons


def attestation_message(suite: Suite, organisation: str, seal_public: bytes) -> bytes:
    """Return what an attestation signs: `H("gongheng/key/v1" ‖ suite ‖ organisation ‖ seal_public)`."""
    return suite.hash(KEY_LABEL + suite.name.encode("ascii") + organisation.encode("ascii") + seal_public)


def objections(suite: Suite, presented: Presented, organisation: str) -> list[Reason]:
    """Return every reason why the request does not prove what it claims; empty when it does."""
    publics = {"seal_public": presented.seal_public, "sign_public": presented.sign_public}
    reasons = [
        Reason("public_key", BAD_PUBLIC, values={"name": name}) for name, key in publics.items() if _bad(suite, key)
    ]
    if presented.seal_public == presented.sign_public:
        reasons.append(SAME_KEY)
    if reasons:
        return reasons
    publics_proven = proves_possession(
        suite,
        presented.proof,
        challenge=presented.nonce,
        seal_public=presented.seal_public,
        sign_public=presented.sign_public,
    )
    message = attestation_message(suite, organisation, presented.seal_public)
    attested = suite.verify(presented.sign_public, message, presented.attestation)
    return [*([] if publics_proven else [NO_PROOF]), *([] if attested else [NO_ATTESTATION])]


def pub_of(suite: Suite, presented: Presented, *, organisation: str, certificates: list[bytes]) -> dict[str, object]:
    """Return the `.pub` object; `certificates` are DER, leaf first, the pinned root left out."""
    return {
        "v": 1,
        "suite": suite.name,
        "kid": kid_of(suite, presented.seal_public),
        "organisation": organisation,
        "seal_public": to_base64(presented.seal_public),
        "sign_public": to_base64(presented.sign_public),
        "certificates": [to_base64(der) for der in certificates],
        "attestation": to_base64(presented.attestation),
    }


def _bad(suite: Suite, public: bytes) -> bool:
    try:
        suite.check_public(public)
    except BadKey:
        return True
    return False
