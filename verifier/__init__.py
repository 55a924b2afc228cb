"""The verifier: from an exported bundle of one lot it recomputes everything and names every failed condition.

`python -m verifier BUNDLE [--log-key K]`. No Django, no database, no network, no clock. It reports, it never raises for
what it reads. The pure rules are the product's own: worked cases, not the verifier, guard the formulas. The bundle's
format is docs/bundle-format.md; how to read a verdict, docs/verifier.md.
"""
