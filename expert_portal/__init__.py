"""The committee's room. Must never show a colleague's sheet before one's own is submitted."""
