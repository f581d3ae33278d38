"""Pages of shelters, their places and who lives there."""
