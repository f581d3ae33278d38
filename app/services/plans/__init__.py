"""Individual reintegration plans (PRI): draft, sign, advance, close."""
