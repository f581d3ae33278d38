"""What is told of the units of one's institution."""

from __future__ import annotations

from typing_extensions import TypedDict


class OwnUnitView(TypedDict):
    """A unit of one's institution; `accounts`: those that are not closed."""

    code: str
    name: str
    kind: str
    kind_label: str
    department: str | None
    department_label: str | None
    accounts: int


class OwnUnitsView(TypedDict):
    """Units of one's institution, and the kinds that a new one may be of."""

    items: list[OwnUnitView]
    next: str | None
    kinds: list[str]
