"""What the JSON interface and the pages share at the edge of HTTP: who acts, transactions, refusals."""
