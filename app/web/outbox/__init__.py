"""Drafts, and what is written without a connection and done later."""
