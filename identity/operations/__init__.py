"""The only writers of identity: one verb phrase a file, each one outermost transaction."""

from identity.operations.admit_key import admit_key
from identity.operations.certify_key import certify_key
from identity.operations.change_password import change_password
from identity.operations.grant_role import end_role, grant_role
from identity.operations.greet_custodian import greet_custodian
from identity.operations.open_challenge import open_challenge
from identity.operations.register_custodian import RegisteredCustodian, register_custodian
from identity.operations.register_organisation import register_organisation
from identity.operations.register_person import register_person
from identity.operations.reset_password import reset_password
from identity.operations.revoke_certificate import revoke_certificate

__all__ = [
    "RegisteredCustodian",
    "admit_key",
    "certify_key",
    "change_password",
    "end_role",
    "grant_role",
    "greet_custodian",
    "open_challenge",
    "register_custodian",
    "register_organisation",
    "register_person",
    "reset_password",
    "revoke_certificate",
]
