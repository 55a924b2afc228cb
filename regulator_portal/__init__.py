"""Pages of the supervising authorities: they may read everything, and act only by recorded orders."""
