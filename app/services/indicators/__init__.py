"""Indicators of the national plan, computed from the register: persons, each counted once."""
