"""Sentences for a code that is not of its list: they name what may be sent instead."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import FieldError

_LONGEST = 25
"""More codes than this are not read in a sentence: the first few are examples."""
_EXAMPLES = 3


def one_of(codes: Iterable[str]) -> str:
    """The codes a field takes, as a sentence; of a long list, some of them."""
    known = list(codes)
    if len(known) > _LONGEST:
        return f"Indique un código de su lista, como {', '.join(known[:_EXAMPLES])}."
    return f"Indique uno de estos códigos: {', '.join(known)}."


def unknown_code(field: str, codes: Iterable[str], code: str = "unknown_code") -> FieldError:
    """The error of a field whose code is not of its list."""
    return {"field": field, "code": code, "message": one_of(codes)}
