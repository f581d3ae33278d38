"""Forms that their author has not sent yet."""
