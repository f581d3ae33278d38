"""Pages of cases: the list, the summary, what stands around every tab, moves and who takes part."""
