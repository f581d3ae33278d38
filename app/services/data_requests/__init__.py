"""Requests of data subjects (ARCO): receive, answer in time, and hand over the person's own file."""
