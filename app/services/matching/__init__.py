"""Recognising a person: probes, pairs that may be one person, batch linkage, merge and split."""
