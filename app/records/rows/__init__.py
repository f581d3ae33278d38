"""The catalogue of rows: what people write in tables other than a person's compartments, a file a slice."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.records.base import Row, Values
from app.records.partial import apply
from app.records.registry import FieldSpec, masks_of, read_fields
from app.records.rows import cases, consents, directory, documents, notes, plans, proceedings, shelters

ROWS: Mapping[str, type[Row]] = MappingProxyType(
    {
        row.table: row
        for module in (cases, proceedings, directory, shelters, consents, plans, documents, notes)
        for row in module.ROWS
    }
)
"""Row models by table."""


def row_fields(table: str) -> Mapping[str, FieldSpec]:
    """The fields of a table's row by name, in order. Raises ``KeyError`` for a table without a model."""
    row = ROWS[table]
    return read_fields(row.compartment, row)


def split_row(row: Row) -> tuple[Values, Values]:
    """The known values of a row: of its clear columns (Python values), and those to seal (JSON form)."""
    plain = row.model_dump(exclude_none=True)
    sealed = row.model_dump(mode="json", exclude_none=True, exclude=set(row.clear))
    return {name: plain[name] for name in plain if name in row.clear}, sealed


def partial_row(table: str, data: Mapping[str, Any]) -> Values:
    """A row's values (JSON form) for who reads its compartment in part."""
    return apply(masks_of(row_fields(table)), data)
