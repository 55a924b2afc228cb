"""Every target by name."""

from fuzz import Target
from fuzz.targets import archives, certificates, ledger, letters, sealed, verifier

TARGETS: dict[str, Target] = {
    target.name: target
    for module in (sealed, archives, letters, certificates, ledger, verifier)
    for target in module.TARGETS
}
