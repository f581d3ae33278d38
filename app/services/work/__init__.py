"""Mi trabajo: what waits for one person today, and where a code leads."""
