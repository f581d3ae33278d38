"""Numbers of the Penal Code's offences against human dignity, before and after Ley 31146 (2021-03-31)."""

from __future__ import annotations

from datetime import date

from app.catalogues.loader import code_list

LIST = "offence"
TRAFFICKING = frozenset({"129-A", "129-B", "153", "153-A"})
"""The offence of trafficking itself, simple and aggravated, under its numbers of either time."""


def on(code: str, day: date) -> str:
    """The number of the same offence in force on `day`; `code` itself where no other number is known.

    Raises:
        KeyError: not a code of the list.
    """
    offences = code_list(LIST)
    if offences.valid(code, day):
        return code
    other = offences.value(code, "crosswalk")
    return other if other is not None and offences.valid(other, day) else code


def in_force(code: str, first: date, last: date) -> bool:
    """Whether the number was in force on some day from `first` to `last`: trafficking may last for years."""
    row = code_list(LIST).index[code]
    start, end = row.get("valid_from", ""), row.get("valid_to", "")
    return (not start or start <= last.isoformat()) and (not end or first.isoformat() <= end)
