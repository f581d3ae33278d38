"""Pages of the figures to publish."""
