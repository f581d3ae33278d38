"""The consent ledger and objections: what a person allows to be shared, and what she does not."""
