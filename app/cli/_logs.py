"""Log lines of the server: codes and figures, never a query string and never the words of an exception."""

from __future__ import annotations

import logging
import traceback
from typing import Any


class Discreet(logging.Filter):
    """Takes out what may hold a person's data: query strings, and the text of exceptions.

    An exception of a driver or a parser repeats the value it stumbled over; its kind and the places it
    passed through are enough to find the fault.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Alter the record; every record passes."""
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = without_words(record.exc_info[1])
            record.exc_info = None
        if record.name == "uvicorn.access" and isinstance(record.args, tuple):
            record.args = tuple(_path(part) for part in record.args)
        return True


def _path(part: object) -> object:
    return part.split("?", 1)[0] if isinstance(part, str) else part


def without_words(error: BaseException) -> str:
    """Kind and places of an exception and of those it came from, without their messages."""
    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(type(seen).__qualname__)
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(seen.__traceback__)]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(lines)


def log_config(*, access: bool = True) -> dict[str, Any]:
    """Configuration for `logging.config.dictConfig`: one line an event, on standard error."""
    access_level = "INFO" if access else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"discreet": {"()": "app.cli._logs.Discreet"}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stderr",
                "formatter": "line",
                "filters": ["discreet"],
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "ruv": {"level": "INFO"},
            "uvicorn": {"level": "WARNING"},
            "uvicorn.access": {"level": access_level},
        },
    }
