"""Persons: register, probe, read, change, history, who looked."""
