"""What the portals share: base templates, components, theme. Must never know a domain operation."""
