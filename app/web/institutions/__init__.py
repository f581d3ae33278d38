"""Pages of an institution's units."""
