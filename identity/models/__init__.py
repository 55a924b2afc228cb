"""Rows of identity: columns and constraints, no logic."""

from identity.models.certificate import Certificate, Challenge
from identity.models.custodian import Custodian
from identity.models.destruction import KeyDestruction
from identity.models.organisation import Membership, Organisation
from identity.models.person import Person

__all__ = ["Certificate", "Challenge", "Custodian", "KeyDestruction", "Membership", "Organisation", "Person"]
