"""What people write into a document's number when there is no document: it identifies nobody."""

from __future__ import annotations

import re
from typing import Final

_NOISE: Final = re.compile(r"[\W_]")
_SHORTEST: Final = 4
"""Signs that any number of a document has."""
_ROWS: Final = ("01234567890123456789", "1234567890123456789", "9876543210", "876543210")
"""Digits in their order, from an end of the row only: `45678901` may well be somebody's number."""


def is_placeholder(number: str) -> bool:
    """Whether a number stands for none: words (`S/N`, `No tiene`), one sign repeated, digits in their order.

    A number without a digit, or of fewer than four signs, is no document's either.
    """
    signs = _NOISE.sub("", number).upper()
    if len(signs) < _SHORTEST or not any(sign.isdecimal() for sign in signs):
        return True
    if len(set(signs)) == 1 or not signs.strip("0ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        return True
    return any(row.startswith(signs) for row in _ROWS)
