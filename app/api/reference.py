"""`/openapi.json`: what the interface is made of, for who writes a client; where the setting allows it."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from fastapi import FastAPI, Request
from starlette.responses import Response

from app.api.answers import Known, encode, tagged, unchanged
from app.edge.deps import CurrentRuntime, Public
from app.edge.routing import Branch
from app.errors import NotFound

router = Branch(tags=["operation"])

CACHED: Final = "private, max-age=300"
"""It changes with the program alone; a client asks again after minutes, and is told that nothing changed."""


class Encoded(NamedTuple):
    """The document as it is sent, and its entity tag."""

    content: bytes
    tag: str


@router.get(
    "/openapi.json",
    dependencies=[Public()],
    summary="El documento OpenAPI de esta interfaz",
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}, **tagged()[200]},
        304: {"description": "No cambió"},
    },
)
def document(request: Request, runtime: CurrentRuntime, if_none_match: Known = None) -> Response:
    """The same that `ruv openapi` prints; it says nothing of anybody."""
    if not runtime.settings.api_document:
        raise NotFound("Esta instalación no muestra el documento de su interfaz.")
    found = encoded(request.app)
    headers = {"ETag": f'"{found.tag}"', "Cache-Control": CACHED}
    if unchanged(if_none_match, found.tag):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type="application/json")


def encoded(app: FastAPI) -> Encoded:
    """The document of an application, encoded once."""
    known: Encoded | None = getattr(app.state, "document", None)
    if known is None:
        content = encode(app.openapi()).encode()
        known = app.state.document = Encoded(content, hashlib.sha256(content).hexdigest()[:32])
    return known
