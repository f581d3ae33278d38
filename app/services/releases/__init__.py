"""Anonymised releases: fixed tables, differentially private, drawn once, charged to a ledger, stored."""
