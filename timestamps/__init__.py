"""Trusted timestamps (RFC 3161): asking an authority for one, and verifying it."""
