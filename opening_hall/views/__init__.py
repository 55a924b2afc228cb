"""Pages and acts of the hall."""
