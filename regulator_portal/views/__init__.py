"""Views of the regulator portal: they read, and write only recorded orders."""
