"""Pages of what persons ask about their own data."""
