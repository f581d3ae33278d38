"""What is told of the installation's keys."""

from __future__ import annotations

from datetime import datetime

from typing_extensions import TypedDict


class KeyView(TypedDict):
    """A key: what it is for and its state; `tokens` of index keys alone."""

    purpose: str
    version: int
    state: str
    tokens: int | None
    root_key: str
    created_at: datetime
    retired_at: datetime | None


class RotationView(TypedDict):
    """A change of the index key that has not ended: the new version, records done, since when."""

    version: int
    records: int
    started_at: datetime
