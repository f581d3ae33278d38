"""Notices: what a unit, or one person of it, should look at. Codes only, never a text."""
