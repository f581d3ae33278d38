"""The Spanish pages: one module a slice, its templates beside it under the same name."""
