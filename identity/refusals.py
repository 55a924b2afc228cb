"""Refusals of identity's operations, with every reason. Pure."""

from collections.abc import Iterable

from identity.actor import Actor
from identity.policy import Act, decide
from lawbook.reasons import Reason, Refused
from lawbook.words import gettext_noop as _


class RegistrationRefused(Refused):
    """What was to be registered does not meet the rules, or the actor may not register it; nothing was written."""


class CertificateRefused(Refused):
    """No certificate is issued or revoked; nothing was written."""


class PasswordRefused(Refused):
    """The password stays as it is."""


OPERATOR_STAYS_OUT = Reason("operator", _("平台运营机构不得参加投标、代理招标或担任密钥托管方。"), "EB-23")
UNKNOWN_ORGANISATION = Reason("unknown_organisation", _("没有这个单位。"))
UNKNOWN_PERSON = Reason("unknown_person", _("没有这个用户。"))
NAME_EMPTY = Reason("name_empty", _("名称不能为空。"))


def not_allowed(actor: Actor, act: Act) -> list[Reason]:
    """Return why the actor may not do an act that concerns no lot; empty when it may."""
    return list(decide(actor, act).reasons)


def refuse_if(kind: type[Refused], reasons: Iterable[Reason]) -> None:
    """Raise `kind` with the reasons, or return when there are none."""
    gathered = list(reasons)
    if gathered:
        raise kind(gathered)
