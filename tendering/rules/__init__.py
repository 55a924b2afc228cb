"""Pure rules of tendering: moves, periods, intake, opening, codes, money. No Django, no clock, no input or output."""
