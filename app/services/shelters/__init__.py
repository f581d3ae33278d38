"""Placements: admission to a shelter and exit from it."""
