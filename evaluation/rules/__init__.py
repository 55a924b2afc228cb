"""Pure rules of evaluation: scheme, price scores, totals, ranking, committee, draws. No Django, no clock, no I/O."""
