"""Reads for who sees a case: its proceedings, measures and branches of protection."""
