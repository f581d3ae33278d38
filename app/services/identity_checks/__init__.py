"""Ask the issuer of a document whose it is, through the State's interoperability platform (PIDE)."""
