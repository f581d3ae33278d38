"""Rows of evidence files and printed documents."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
