"""Use cases, one folder a slice: service (commands), queries (reads), rules (pure)."""
