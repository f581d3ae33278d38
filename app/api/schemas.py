"""Request shapes shared by slices; compartments come from the field catalogue."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.records import COMPARTMENTS

Code = Annotated[str, Path(title="Código público", max_length=40)]

_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        name: {"$ref": f"#/components/schemas/{model.__name__}"} for name, model in COMPARTMENTS.items()
    },
}

Compartments = Annotated[
    dict[str, dict[str, Any]], Field(max_length=len(COMPARTMENTS)), WithJsonSchema(_SCHEMA)
]
"""Data by compartment. Checked by the service against the catalogue; documented from the same models."""


class DocumentIn(BaseModel):
    """One identity document."""

    model_config = ConfigDict(extra="forbid")

    type: Annotated[str, Field(title="Tipo", max_length=20)]
    number: Annotated[str, Field(title="Número", min_length=1, max_length=40)]
    country: Annotated[str | None, Field(title="País emisor", max_length=2)] = None
