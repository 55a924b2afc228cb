"""Machine interfaces: uploads, custodians' agents, the feed. Must never decide: each call is one operation."""
