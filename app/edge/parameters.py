"""Parameters of an address: one that no route reads would look like an answer that was narrowed by it."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.errors import Invalid, wrong


def refuse_parameters_unread(request: Request) -> None:
    """Refuse a request with a parameter that its route does not take; it is not repeated, only those taken.

    Raises:
        Invalid: there is one.
    """
    if not request.query_params:
        return
    known = taken(request.scope["route"])
    if not known.issuperset(request.query_params):
        message = f"Esta consulta admite: {', '.join(sorted(known))}." if known else "No admite parámetros."
        error = wrong("query", "unknown", message)
        error["choices"] = sorted(known)
        raise Invalid("Revise los parámetros de la dirección.", errors=[error])


def taken(route: APIRoute) -> frozenset[str]:
    """Names of the parameters that a route takes in its address."""
    return frozenset(_names(route.dependant))


def _names(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from (info.alias or name for name, info in kind.model_fields.items())
        else:
            yield field.alias
    for below in dependant.dependencies:
        yield from _names(below)
