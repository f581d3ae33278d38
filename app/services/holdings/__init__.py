"""All that the register holds of a person, kind of row by kind: her own copy, export, history, erasure."""
