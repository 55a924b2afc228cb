"""Projects, lots, notices, questions, bids, opening, objections and the award. Knows nothing of evaluation or pages."""
