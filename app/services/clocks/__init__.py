"""Clocks: deadlines with a legal basis, which remind, run out and escalate by themselves."""
