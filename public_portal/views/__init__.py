"""Views of the public portal, one file a page or two; each asks queries and says it in a template."""
