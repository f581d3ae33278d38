"""`/openapi.json`: what the interface is made of, for who writes a client; where the setting allows it."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from app.api.answers import Answer
from app.edge.deps import CurrentRuntime, Public
from app.edge.routing import Branch
from app.errors import NotFound

router = Branch(tags=["operation"])


@router.get("/openapi.json", dependencies=[Public()], summary="El documento OpenAPI de esta interfaz")
def document(request: Request, runtime: CurrentRuntime) -> Answer[dict[str, Any]]:
    """The same that `ruv openapi` prints; it says nothing of anybody."""
    if not runtime.settings.api_document:
        raise NotFound("Esta instalación no muestra el documento de su interfaz.")
    return Answer(request.app.openapi())
