"""Rows of referrals: service deliveries."""

from app.records.base import Row

ROWS: tuple[type[Row], ...] = ()
