"""Pages for everybody: notices, lots, evidence, and sign-in. Must never know a bidder before the opening."""
