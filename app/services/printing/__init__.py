"""Documents on paper: built of what the caller may read, drawn outside any transaction, verifiable."""
