"""The files of a release as bytes: tidy CSV and JSON for each table, and the page of metadata.

Built once, stored with their SHA-256 and served as they are. Nothing here sees a count without noise.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.services.releases.views import DimensionDocument, MetadataDocument
from app.services.releases.withhold import RULE, Cell
from app.services.releases.workload import Table, Workload
from app.states import TableFormat

METADATA = "metadata"
"""Name under which the page of metadata is stored, in JSON only."""
MEDIA_TYPES: Mapping[str, str] = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.JSON: "application/json",
}

NOTE = "Personas detectadas e inscritas en el registro; no miden la prevalencia de la trata."


@dataclass(frozen=True, slots=True)
class Artefact:
    """One stored file of a release."""

    name: str
    format: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hash of the bytes; also the entity tag under which they are served."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Heading:
    """What names a release on every file: its code and its closed reference year."""

    code: str
    year: int


def table_csv(heading: Heading, workload: Workload, table: Table, cells: Sequence[Cell]) -> Artefact:
    """One row a cell, every cell of the key set, UTF-8: codes and labels, value, margin, mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    names = [column for name in table.dimensions for column in (name, f"{name}_etiqueta")]
    writer.writerow(["liberacion", "anio", "tabla", *names, "valor", "moe95", "estado"])
    for key, cell in zip(workload.cells(table), cells, strict=True):
        labelled = [
            text
            for name, code in zip(table.dimensions, key, strict=True)
            for text in (code, workload.dimensions[name].labels[code])
        ]
        writer.writerow(
            [
                heading.code,
                heading.year,
                table.name,
                *labelled,
                _text(cell.value),
                _text(cell.margin),
                cell.status,
            ]
        )
    return Artefact(table.name, TableFormat.CSV, out.getvalue().encode("utf-8"))


def table_json(heading: Heading, workload: Workload, table: Table, cells: Sequence[Cell]) -> Artefact:
    """The same table with its dictionary of codes."""
    rows = [
        {
            **dict(zip(table.dimensions, key, strict=True)),
            "valor": cell.value,
            "moe95": cell.margin,
            "estado": cell.status,
        }
        for key, cell in zip(workload.cells(table), cells, strict=True)
    ]
    return _json(
        table.name,
        {
            "liberacion": heading.code,
            "anio": heading.year,
            "tabla": table.name,
            "titulo": table.title,
            "unidad": "personas",
            "dimensiones": [_dictionary(workload, name) for name in table.dimensions],
            "celdas": rows,
            "regla": RULE,
            "nota": NOTE,
        },
    )


def metadata(document: MetadataDocument) -> Artefact:
    """The page of metadata."""
    return _json(METADATA, document)


def _dictionary(workload: Workload, name: str) -> DimensionDocument:
    dimension = workload.dimensions[name]
    return {
        "nombre": name,
        "titulo": dimension.title,
        "codigos": [{"codigo": code, "etiqueta": label} for code, label in dimension.labels.items()],
    }


def _json(name: str, document: Mapping[str, object]) -> Artefact:
    return Artefact(
        name, TableFormat.JSON, (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    )


def _text(value: float | None) -> str:
    return "" if value is None else str(value)
