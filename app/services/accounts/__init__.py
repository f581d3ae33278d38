"""Accounts of an institution, as who administers them sees and changes them."""
