"""Views that more than one slice answers with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")


class Listing(TypedDict, Generic[T]):
    """A page of a list."""

    items: list[T]
    next: str | None


class Coded(TypedDict):
    """What was made or done, by its code."""

    code: str


class CellView(TypedDict):
    """A number of a table; without value where it is withheld."""

    value: int | None
    status: str


class UnitView(TypedDict):
    """A unit as shown: without a code where it is reserved."""

    code: str | None
    name: str


class NamedView(TypedDict):
    """A unit or an institution that anybody may know."""

    code: str
    name: str


class DeadlineView(TypedDict):
    """Until when: the moment, its day in Lima, and its hour (hh:mm) unless it ends with the day."""

    due_at: datetime
    due_on: date
    due_time: str | None
