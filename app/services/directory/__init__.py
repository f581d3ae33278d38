"""Service directory on the core of HSDS 3: who offers which service to whom, and where. Never a shelter."""
