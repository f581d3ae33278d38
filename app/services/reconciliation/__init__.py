"""How many persons the records of each institution are, and who of them is known to several."""
