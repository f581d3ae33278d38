"""Rows of stays in shelters."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
