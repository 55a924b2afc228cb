"""A person changes the password; from then on nobody else knows it."""

from django.db import transaction

import ledger
from identity.actor import Actor
from identity.models import Person
from identity.passwords import weaknesses
from identity.refusals import PasswordRefused, refuse_if
from lawbook.reasons import Reason
from lawbook.words import gettext_noop as _
from ledger import clock

OLD_WRONG = Reason("old_password", _("原密码不对。"))
SAME = Reason("same_password", _("新密码与原密码相同，请换一个。"))


@transaction.atomic(durable=True)
def change_password(*, person_id: int, old: str, new: str, actor: Actor) -> Person:
    """Set the person's own new password and return the person.

    :raises PasswordRefused: with every reason: the old one is wrong, the new one is the old one, or weak
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    checks = ((not person.check_password(old), OLD_WRONG), (new == old, SAME))
    refuse_if(PasswordRefused, [*(reason for failed, reason in checks if failed), *weaknesses(new)])
    person.set_password(new)
    person.password_is_initial = False
    person.save(update_fields=["password", "password_is_initial"])
    payload, personal = {"person": person.public_id}, {"login": person.login}
    ledger.append("person.password_changed", at=clock.now(), payload=payload, actor=actor, personal=personal)
    return person
