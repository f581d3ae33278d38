"""Pages of the quality of the data."""
