"""Pages of printed papers."""
