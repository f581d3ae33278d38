"""Evidence files: cleaned of everything but what is seen, sealed in pieces, withdrawn but never deleted."""
