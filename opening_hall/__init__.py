"""Every page of the live opening, its messages and its hub: a reader of the ledger feed."""
