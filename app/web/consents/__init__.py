"""Pages of consents and objections."""
