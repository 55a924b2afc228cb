"""For every check of the sealed bid: an attack that it alone refuses, how to take it away, and what happens then.

An attack answers with the failed checks joined by `+`, or with what it achieved. It is made anew for both ways.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from sealing import header as header_module
from sealing import keys, layout, release, shares, statements, tender, trailer
from sealing import open as open_module
from sealing.canonical import loads
from suites import paths
from tests.sealing.attacks import (
    Attack,
    bomb,
    changed_header,
    changed_trailer,
    counted_twice,
    early_header,
    expired,
    hidden_bytes,
    larger,
    lone_certificate,
    lone_custodian,
    magic,
    other_root,
    revoked,
    rival_signs,
    spaced_header,
    spaced_trailer,
    swollen,
    unsigned,
    unused_certificate,
    withheld_list,
)
from tests.sealing.inner_attacks import (
    altered_chunk,
    any_length,
    blind_commitment,
    copied_wrap,
    extra_member,
    forged_mac,
    forged_statement,
    hidden_in_padding,
    loose_wraps,
    lying_custodian,
    no_names,
    of_another_bid,
    off_the_line,
    one_of_two,
    other_key,
    other_lot,
    other_organisation,
    over_padded,
    stranger,
    swapped_custodian,
    swapped_key,
    traversal,
    trust_points,
    trusting_solve,
    unheeded_manifest,
    unlisted,
    with_plaintext,
)
from tests.vectors.make_vectors import (
    secret,
)

Removal = Callable[[pytest.MonkeyPatch], None]


class Control(NamedTuple):
    """A check, the attack, the removal, and the outcome then; `suites` where it exists in one only."""

    check: str
    attack: Attack
    remove: Removal
    then: str = "opens"
    suites: tuple[str, ...] = ("INTL-1", "GM-1")


def nothing(module: Any, name: str, answer: Any = None) -> Removal:
    """Take a check away: the function that gives reasons gives none."""
    found = [] if answer is None else answer
    return lambda patch: patch.setattr(module, name, lambda *_, **__: found)


def without(module: Any, name: str, check: str) -> Removal:
    """Take one check away from a function that gives the reasons of several."""

    def remove(patch: pytest.MonkeyPatch) -> None:
        kept = getattr(module, name)
        patch.setattr(module, name, lambda *a, **k: [reason for reason in kept(*a, **k) if reason.check != check])

    return remove


def together(*removals: Removal) -> Removal:
    def remove(patch: pytest.MonkeyPatch) -> None:
        for each in removals:
            each(patch)

    return remove


_FIELDS = nothing(header_module, "_field_reasons")


def lenient_json(module: Any) -> Removal:
    return lambda patch: patch.setattr(module.canonical, "loads_canonical", loads)


CONTROLS = (
    Control("magic", magic, lambda patch: patch.setattr(layout, "MAGIC", b"BIDSEAL\x02")),
    Control("header_size", bomb("header"), larger, "header_canonical"),
    Control("header_canonical", spaced_header, lenient_json(header_module)),
    Control("header_fields", changed_header(lambda body: body.update(extra="a second letter")), _FIELDS),
    Control("policy", early_header(lone_custodian), nothing(header_module, "check_groups")),
    Control(
        "shares",
        changed_header(lambda body: body["shares"][0].update(index=2)),
        without(header_module, "_meaning_reasons", "shares"),
    ),
    Control(
        "wraps",
        changed_header(lambda body: body["wraps"][0].update(kid=secret("kid").hex())),
        without(header_module, "_meaning_reasons", "wraps"),
    ),
    Control(
        "padding",
        early_header(swollen),
        together(without(header_module, "_meaning_reasons", "padding"), any_length),
    ),
    Control("trailer_size", bomb("trailer"), larger, "trailer_canonical"),
    Control("trailer_canonical", spaced_trailer, lenient_json(trailer)),
    Control("trailer_fields", changed_trailer(lambda body: body.update(extra=1)), nothing(trailer, "check_fields")),
    Control("file_length", hidden_bytes, nothing(layout, "_length_reasons")),
    Control("count", counted_twice, without(open_module, "check_trailer", "count")),
    Control("root", other_root, nothing(open_module, "_root_reasons")),
    Control("certificates", unused_certificate, nothing(trailer, "check_structure")),
    Control("signature", unsigned, nothing(trailer, "check_signature")),
    Control("path", lone_certificate, nothing(trailer, "check_path")),
    Control("validity", expired, nothing(paths, "_validity_reasons")),
    Control("revoked", revoked, nothing(paths, "revocation_reasons")),
    Control("crl", withheld_list, nothing(paths, "revocation_reasons")),
    Control("signer", rival_signs, nothing(trailer, "check_signer")),
    Control("binding", other_lot, nothing(trailer, "check_binding")),
    Control(
        "recipient",
        stranger,
        lambda patch: patch.setattr(release, "seat_of", lambda header, _: next(iter(header.wraps))),
        "unwrap",
    ),
    Control("unwrap", copied_wrap, loose_wraps, "share_commitment"),
    Control(
        "unwrap",
        copied_wrap,
        together(loose_wraps, nothing(release, "check_share")),
        "the victim's share is out",
    ),
    Control("share_binding", of_another_bid, nothing(shares, "check_share")),
    Control("share_commitment", lying_custodian, nothing(shares, "check_share"), "dealt_inconsistent"),
    Control("dealt_inconsistent", off_the_line, trust_points),
    Control(
        "threshold", one_of_two, lambda patch: patch.setattr(shares, "_solve", trusting_solve), "dealt_inconsistent"
    ),
    Control("key_commitment", other_key, blind_commitment),
    Control("header_mac", forged_mac, lambda patch: patch.setattr(open_module.hmac, "compare_digest", lambda *_: True)),
    Control(
        "chunk",
        altered_chunk,
        lambda patch: patch.setattr("suites.gm.hmac.compare_digest", lambda *_: True),
        "archive",
        suites=("GM-1",),
    ),
    Control("plaintext_length", over_padded, any_length),
    Control("plaintext_zeros", with_plaintext(hidden_in_padding), nothing(open_module, "_rest_is_zeros", True)),
    Control("archive", traversal, no_names, "written outside"),
    Control("manifest", with_plaintext(unlisted), unheeded_manifest),
    Control("tender", extra_member, nothing(tender, "check_fields"), "accepted"),
    Control("parameters", swapped_custodian, nothing(tender, "_parameter_reasons"), "accepted"),
    Control("recipients", swapped_key, nothing(keys, "_public_reasons"), "accepted"),
    Control("key", other_organisation, without(tender, "_trusted_reasons", "key"), "accepted"),
    Control("statement", forged_statement, nothing(statements, "_signature_reasons"), "accepted"),
)
