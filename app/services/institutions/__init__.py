"""Institutions, units and accounts."""
