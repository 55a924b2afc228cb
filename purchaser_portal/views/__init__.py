"""Views of the purchaser portal: each asks queries or calls one operation."""
