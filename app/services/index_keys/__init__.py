"""Keys of the look-up tokens: which are in force, and their rotation."""
