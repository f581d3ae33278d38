"""Rows around a case: branches of protection, proceedings, measures, children."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
