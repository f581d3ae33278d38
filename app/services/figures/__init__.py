"""What is counted of a year for indicators and reconciliation alike, and how it stands still."""
