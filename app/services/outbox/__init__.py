"""What was written without a connection: devices, envelopes, and their delivery exactly once."""
