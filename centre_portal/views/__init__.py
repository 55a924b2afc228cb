"""Views of the centre portal: each asks queries or calls one operation."""
