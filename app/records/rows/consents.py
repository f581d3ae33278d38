"""Rows of consents, objections and requests of data subjects."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
