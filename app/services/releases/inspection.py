"""Looks at the stored files of a release as an attacker would, before it may be published."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping

from app.services.releases.artefacts import METADATA
from app.services.releases.views import CellDocument, MetadataDocument
from app.services.releases.withhold import PRINTED, SMALLEST_PRINTED, WITHHELD
from app.services.releases.workload import Table, Workload
from app.states import TableFormat

Files = Mapping[tuple[str, str], bytes]


def inspect_files(workload: Workload, files: Files) -> list[str]:
    """What is wrong with the files of a release, in Spanish; empty when they can be published.

    Every table has its two formats with the same cells, all of the key set in its order; a cell is printed
    from the threshold on or empty with the mark, never anything between; no column but the registered ones;
    the page of metadata states the hash of each file.
    """
    expected = {(t.name, f) for t in workload.tables for f in (TableFormat.CSV, TableFormat.JSON)} | {
        (METADATA, TableFormat.JSON)
    }
    if set(files) != expected:
        return ["faltan o sobran archivos"]
    problems: list[str] = []
    for table in workload.tables:
        problems += [f"tabla {table.name}: {fault}" for fault in _table_faults(workload, table, files)]
    return problems + _metadata_faults(files)


def _table_faults(workload: Workload, table: Table, files: Files) -> Iterator[str]:
    rows = list(csv.DictReader(io.StringIO(files[table.name, TableFormat.CSV].decode("utf-8"), newline="")))
    cells: list[CellDocument] = json.loads(files[table.name, TableFormat.JSON])["celdas"]
    keys = [tuple(row[name] for name in table.dimensions) for row in rows]
    if keys != list(workload.cells(table)):
        yield "sus filas no son las de la lista registrada"
    columns = {"liberacion", "anio", "tabla", "valor", "moe95", "estado", *table.dimensions}
    labels = {f"{name}_etiqueta" for name in table.dimensions}
    if rows and set(rows[0]) != columns | labels:
        yield "sus columnas no son las registradas"
    if any(set(cell) != {*table.dimensions, "valor", "moe95", "estado"} for cell in cells):
        yield "sus campos no son los registrados"
    from_csv = [(row["valor"], row["moe95"], row["estado"]) for row in rows]
    from_json = [(_text(cell["valor"]), _text(cell["moe95"]), cell["estado"]) for cell in cells]
    if from_csv != from_json:
        yield "sus dos formatos no dicen lo mismo"
    if not all(_sound(cell["valor"], cell["moe95"], cell["estado"]) for cell in cells):
        yield "hay una celda que no debe imprimirse"


def _sound(value: object, margin: object, status: object) -> bool:
    if status == WITHHELD:
        return value is None and margin is None
    return status == PRINTED and type(value) is int and value >= SMALLEST_PRINTED and margin is not None


def _metadata_faults(files: Files) -> list[str]:
    document: MetadataDocument = json.loads(files[METADATA, TableFormat.JSON])
    stated = {
        entry["archivo"]: entry["sha256"] for table in document["tablas"] for entry in table["archivos"]
    }
    found = {
        f"{name}.{extension}": hashlib.sha256(content).hexdigest()
        for (name, extension), content in files.items()
        if name != METADATA
    }
    return [] if stated == found else ["los resúmenes de la ficha no son los de los archivos"]


def _text(value: object) -> str:
    return "" if value is None else str(value)
