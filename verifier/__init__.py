"""Checks one lot from an exported bundle, with no Django and no database: `python -m verifier BUNDLE`."""
