"""Pages of the supervisor of a unit."""
