"""What is told of a row in Spanish words."""

from __future__ import annotations

from typing_extensions import TypedDict

Scalar = str | int | float | bool


class OwnValue(TypedDict):
    """A value with its label; of objects inside it, each with its own labels."""

    campo: str
    valor: Scalar | list[Scalar] | list[list[OwnValue]]
