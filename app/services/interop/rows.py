"""Read a foreign file row by row: CSV or a JSON list of objects, in UTF-8. Empty cells do not exist."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO

from app.errors import Invalid, refusal

KEY_DOMAIN = b"import\0"
FILE_DOMAIN = b"linkage\0"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands, its filled cells by column, and what is wrong with its shape, if anything."""

    line: int
    cells: Mapping[str, str]
    broken: str | None = None


@dataclass(slots=True)
class Survey:
    """What a file holds: its columns, how many rows, and how many filled cells each column has."""

    columns: tuple[str, ...]
    rows: int = 0
    filled: Counter[str] = field(default_factory=Counter)


def survey(path: Path) -> Survey:
    """Read the whole file once, without keeping it.

    Raises:
        Invalid: no file, not UTF-8, no header, a repeated column, broken quoting or JSON; never with content.
    """
    found = Survey(columns(path))
    for row in read_rows(path):
        found.rows += 1
        found.filled.update(row.cells.keys())
    if not found.columns:
        found.columns = tuple(found.filled)
    return found


def columns(path: Path) -> tuple[str, ...]:
    """The header of a CSV file; empty for JSON, whose objects name their own fields.

    Raises:
        Invalid: as `survey`.
    """
    if _is_json(path):
        return ()
    with _opened(path) as handle:
        header = next(_lines(handle), (0, []))[1]
    names = tuple(name.strip() for name in header)
    if not names:
        raise _unreadable("empty", "El archivo está vacío.")
    if len(set(names)) != len(names):
        raise _unreadable("repeated-column", "El archivo repite una columna.")
    return names


def read_rows(path: Path) -> Iterator[Row]:
    """The rows in order; blank ones are passed over.

    Raises:
        Invalid: as `survey`.
    """
    yield from _json_rows(path) if _is_json(path) else _csv_rows(path)


def file_key(secret: bytes, path: Path) -> bytes:
    """A keyed hash of a file's content (32 bytes), by which it is known when it comes again.

    Args:
        secret: the `digest` secret.

    Raises:
        Invalid: the file cannot be opened.
    """
    content = hashlib.sha256()
    with _opened(path) as handle:
        for piece in iter(lambda: bytes(handle.buffer.read(_PIECE)), b""):
            content.update(piece)
    return hmac.digest(secret, FILE_DOMAIN + content.digest(), "sha256")


def content_of(cells: Mapping[str, str]) -> bytes:
    """The content of a row, whatever the order of its columns."""
    return json.dumps(sorted(cells.items()), ensure_ascii=True, separators=(",", ":")).encode()


class RowKeys:
    """Keys of rows: a keyed hash over source, content, and which occurrence of that content it is.

    So the same rows in another order, or after a partial import, have the same keys, and equal rows of a
    file (in an anonymised one most are equal) stay different persons.
    """

    def __init__(self, secret: bytes, source: str) -> None:
        """Keys under the `index` secret, for one file."""
        self._secret = secret
        self._prefix = KEY_DOMAIN + source.encode() + b"\0"
        self._seen: Counter[bytes] = Counter()

    def key(self, content: bytes) -> bytes:
        """The key of the next row with this content (32 bytes)."""
        self._seen[content] += 1
        body = self._prefix + self._seen[content].to_bytes(8, "big") + content
        return hmac.digest(self._secret, body, "sha256")


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _opened(path: Path) -> TextIOWrapper:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError:
        raise _unreadable("no-file", "No se puede abrir el archivo; revise la ruta y los permisos.") from None


def _lines(handle: IO[str]) -> Iterator[tuple[int, list[str]]]:
    """Records with the line they begin at; a cell may span several lines."""
    reader = csv.reader(handle, strict=True)
    line = 1
    try:
        for record in reader:
            yield line, record
            line = reader.line_num + 1
    except UnicodeDecodeError:
        raise _unreadable("not-utf8", "El archivo no está en UTF-8; guárdelo como CSV UTF-8.") from None
    except csv.Error:
        raise _unreadable("broken-csv", f"El CSV está dañado desde la línea {line}.") from None


def _csv_rows(path: Path) -> Iterator[Row]:
    names = columns(path)
    with _opened(path) as handle:
        for line, record in islice(_lines(handle), 1, None):
            cells = {name: cell for name, cell in zip(names, map(str.strip, record), strict=False) if cell}
            if len(record) != len(names) and (cells or len(record) > len(names)):
                yield Row(line, cells, "columns")
            elif cells:
                yield Row(line, cells)


def _json_rows(path: Path) -> Iterator[Row]:
    with _opened(path) as handle:
        try:
            document = json.load(handle)
        except UnicodeDecodeError:
            raise _unreadable("not-utf8", "El archivo no está en UTF-8.") from None
        except (ValueError, RecursionError):
            raise _unreadable("broken-json", "El archivo no es JSON válido.") from None
    if not isinstance(document, list):
        raise _unreadable("not-a-list", "El JSON debe ser una lista de objetos.")
    for place, item in enumerate(document, start=1):
        if not isinstance(item, dict) or not all(map(_is_plain, item.values())):
            yield Row(place, {}, "columns")
            continue
        cells = {name: text for name, value in item.items() if (text := _as_text(value))}
        if cells:
            yield Row(place, cells)


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict) and not (isinstance(value, list) and any(map(_is_nested, value)))


def _is_nested(value: object) -> bool:
    return isinstance(value, list | dict)


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(_as_text(item).replace("\\", "\\\\").replace(";", "\\;") for item in value)
    return str(value).strip()


def _unreadable(code: str, message: str) -> Invalid:
    return refusal("archivo", code, message)
