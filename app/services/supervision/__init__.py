"""What a unit's supervisors do and see: hand cases over, what to look at, how the unit stands."""
