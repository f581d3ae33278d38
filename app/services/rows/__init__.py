"""What a kind of row about a person is, whichever slice it belongs to: how it is read, and how it is told."""
