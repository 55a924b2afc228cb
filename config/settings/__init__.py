"""Settings by the place they are for: base, embedded (one command), production, test."""
