"""Who takes part in a case: units by mandate of law, and the people of each."""
