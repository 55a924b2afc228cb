"""The way of every posted act, shared by the portals: `ui.acting`."""

from ui.acting import act

__all__ = ["act"]
