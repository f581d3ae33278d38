"""Pages of the penal proceedings, the measures and the branches of protection."""
