"""Pages of trading-centre staff. Must never decrypt, score or decide."""
