"""A whole tender played over HTTP, as its users would: real sign-in, real forms, real sealing. No database."""
