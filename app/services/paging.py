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
WRONG_CURSOR = "El cursor no es válido. Pida la lista desde el principio."


def cursor_of(moment: datetime, code: str) -> str:
    """The cursor after the row with this moment and code."""
    text = json.dumps([moment.isoformat(), code])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_moment(cursor: str) -> tuple[datetime, str]:
    """Moment and text of a cursor, whatever the text is.

    Raises:
        BadRequest: it is not a cursor.
    """
    try:
        at, text = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise BadRequest(WRONG_CURSOR) from None
    if moment.tzinfo is None or not isinstance(text, str) or "\0" in text:
        raise BadRequest(WRONG_CURSOR)
    return moment, text


def read_cursor(cursor: str, *prefixes: str) -> tuple[datetime, str]:
    """Moment and code of a cursor of a list whose codes have one of these prefixes.

    Raises:
        BadRequest: it is not a cursor of such a list.
    """
    moment, text = read_moment(cursor)
    try:
        return moment, parse_code(text, next((p for p in prefixes if text.startswith(p)), prefixes[0]))
    except ValueError:
        raise BadRequest(WRONG_CURSOR) from None
