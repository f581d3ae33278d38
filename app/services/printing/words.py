"""Values as they are read on paper, by the labels of the rows they are of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from app.catalogues import code_list
from app.records.rows import row_fields
from app.services.printing.sheet import UNKNOWN, shown_date
from app.services.rows.telling import in_words

_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?")
_NOBODY: Final[Mapping[str, str]] = {}


def words(value: Any, reserved: Mapping[str, str] = _NOBODY) -> str:
    """A value as it is read: items of lists after each other, fields of objects with their labels.

    Args:
        reserved: what stands in the place of texts that are not to be on paper.
    """
    if isinstance(value, str):
        return shown_date(value) if _ISO.fullmatch(value) else reserved.get(value, value)
    if isinstance(value, Mapping):
        return f"{value['campo']}: {words(value['valor'], reserved)}"
    if isinstance(value, list | tuple):
        return "; ".join(words(item, reserved) for item in value) or UNKNOWN
    return UNKNOWN if value is None else str(value)


def label(name: str, code: str | None) -> str:
    """The label of a code of a list; what is not known is said to be so."""
    return UNKNOWN if code is None else code_list(name).labels.get(code, code)


def fields_of(table: str, known: Mapping[str, Any], names: str, *, always: str = "") -> list[tuple[str, str]]:
    """What is known of a row's fields, in the order of `names`; of `always` that it is not known, too."""
    specs, asked = row_fields(table), names.split()
    shown = [name for name in asked if known.get(name) is not None or name in always.split()]
    told = {name: in_words({name: specs[name]}, known) for name in shown}
    return [(specs[name].label, words(row[0]["valor"]) if row else UNKNOWN) for name, row in told.items()]
