"""Service deliveries: what was given to a person in a case, when, by which unit, and whether she came."""
