"""Cursors of lists ordered by a moment and a public code; they hold nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from app.codes import parse_code
from app.errors import BadRequest

PAGE = 50
"""Rows of a page unless asked otherwise."""


def cursor_of(moment: datetime, code: str) -> str:
    """The cursor after the row with this moment and code."""
    text = json.dumps([moment.isoformat(), code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, *prefixes: str) -> tuple[datetime, str]:
    """Moment and code of a cursor of a list whose codes have one of these prefixes.

    Raises:
        BadRequest: it is not a cursor of such a list.
    """
    wrong = BadRequest("El cursor no es válido. Pida la lista desde el principio.")
    try:
        at, text = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        prefix = next((known for known in prefixes if text.startswith(known)), prefixes[0])
        moment, code = datetime.fromisoformat(at), parse_code(text, prefix)
    except (binascii.Error, ValueError, TypeError, AttributeError, RecursionError):
        raise wrong from None
    if moment.tzinfo is None:
        raise wrong
    return moment, code
