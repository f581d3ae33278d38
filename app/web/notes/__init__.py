"""Pages of the notes of a case."""
