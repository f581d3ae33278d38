"""Pages of the papers of a case."""
