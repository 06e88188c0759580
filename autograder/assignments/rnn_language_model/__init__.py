"""Everything about one assignment but its notebook."""
