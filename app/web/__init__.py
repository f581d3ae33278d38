"""The Spanish pages: a folder a slice, templates in `templates`; `kit` is what every page is made of."""
