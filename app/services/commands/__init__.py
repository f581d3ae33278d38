"""Commands that take two people: asked by one, approved by another of another unit, executed once."""
