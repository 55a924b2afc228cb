"""Prints docs/lifecycle.md: `python -m tendering.rules > docs/lifecycle.md`."""

from tendering.rules.diagram import page

print(page(), end="")
