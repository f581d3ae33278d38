"""Notes of a case: written once, read by who reads what they are about, corrected by what is added."""
