"""Pages of the accounts of an institution, and of what two people decide about them."""
