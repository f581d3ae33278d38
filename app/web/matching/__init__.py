"""Pages of records that may be of one person."""
