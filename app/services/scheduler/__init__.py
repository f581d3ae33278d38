"""What the service does by itself: a list of periodic jobs, and the worker that runs them."""
