"""The page of what one has to do."""
