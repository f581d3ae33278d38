"""Pages that help, and the catalogue of components."""
