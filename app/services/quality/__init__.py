"""Data quality of a unit's cases: what is missing, vague or contradictory, and which case to mend."""
