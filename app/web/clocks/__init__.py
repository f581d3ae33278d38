"""Pages of the deadlines."""
