"""The demonstration seed and rehearsed tenders, played over HTTP as the users would."""
