"""The worker's database past every lock."""

from tests.database.conftest import admin

__all__ = ["admin"]
