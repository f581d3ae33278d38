"""Rows of the plan (PRI)."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
