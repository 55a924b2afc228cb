"""Views of the expert portal."""
