"""Pages of the reintegration plan."""
