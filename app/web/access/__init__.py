"""Pages of one's own access: signing in and out, the lock, one's account."""
