"""The partial view of a compartment: masked or coarse values, by the rule each field declares.

Rules are compiled once, so that a view costs about one look-up and one call a field.
"""

from collections.abc import Callable, Mapping
from typing import Any

from app.records.base import Values
from app.records.spec import Partial

MASK = "••••"
VISIBLE = 2

Mask = Callable[[Any], Any]
"""Takes a stored value (JSON form, never ``None``); a result of ``None`` means that nothing is shown."""


def initials(value: Any) -> str | None:
    """``"María Elena"`` -> ``"M. E."``."""
    return " ".join(f"{word[0].upper()}." for word in value.split()) or None


def year(value: Any) -> int:
    """The year of an ISO date."""
    return int(value[:4])


def department(value: Any) -> str:
    """The 2-digit department of a UBIGEO."""
    return str(value[:2])


def last_two(value: Any) -> str:
    """The last two characters behind a mask of constant length; only the mask if the value is short."""
    return MASK + value[-VISIBLE:] if len(value) > 2 * VISIBLE else MASK


def present(_value: Any) -> bool:
    """That there is a value."""
    return True


def _same(value: Any) -> Any:
    return value


RULES: dict[Partial, Mask] = {
    Partial.SHOW: _same,
    Partial.INITIAL: initials,
    Partial.YEAR: year,
    Partial.DEPARTMENT: department,
    Partial.LAST_TWO: last_two,
    Partial.PRESENT: present,
    Partial.COUNT: len,
}


def each(masks: dict[str, Mask]) -> Mask:
    """The rule of an object, or of a list of objects: each field by its own rule."""

    def mask(value: Any) -> Any:
        if isinstance(value, list):
            return [apply(masks, item) for item in value]
        return apply(masks, value)

    return mask


def apply(masks: dict[str, Mask], data: Mapping[str, Any]) -> Values:
    """``data`` through ``masks``; fields without a mask, and unknown keys, are dropped."""
    view: Values = {}
    for name, value in data.items():
        mask = masks.get(name)
        if mask is not None and value is not None:
            shown = mask(value)
            if shown is not None:
                view[name] = shown
    return view
