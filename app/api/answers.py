"""Answers as JSON, written once: no second validation of what a service already shaped."""

import json
from datetime import date
from typing import Any

from starlette.responses import Response


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON form for {type(value).__name__}")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain).encode


class Answer(Response):
    """A JSON answer that no cache keeps; dates in ISO 8601."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(_encode(content), status_code, {"Cache-Control": "no-store", **(headers or {})})

    def render(self, content: Any) -> bytes:
        """Encode as UTF-8."""
        return str(content).encode()
