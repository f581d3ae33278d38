"""Pages of the services given."""
