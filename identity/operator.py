"""Who runs the servers 运营机构: it may neither bid, nor act as agency, nor hold keys (EB-23)."""

from django.conf import settings

from identity.models import Organisation


def runs_servers(organisation: Organisation) -> bool:
    """Whether the organisation is marked as operator or named by the setting OPERATOR."""
    return organisation.operator or (bool(settings.OPERATOR) and organisation.uscc == settings.OPERATOR)
