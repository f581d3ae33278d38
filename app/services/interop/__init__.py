"""Exchange of individual data with other registers: files in (dry run first), files out, under the policy."""
