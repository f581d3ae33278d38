"""Around a case: branches of protection, proceedings, protection measures."""
