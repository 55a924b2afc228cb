"""Every write of evaluation, one verb phrase a file; each is outermost and appends to the ledger."""
