"""`/docs`: what the JSON interface is made of, read from its own document, for who writes a client."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Request
from starlette.responses import Response

from app.edge.browser import visitor
from app.edge.deps import CurrentRuntime, Public
from app.edge.errors_page import ways
from app.edge.routing import Branch
from app.errors import NotFound
from app.runtime import Runtime
from app.web.kit.page import draw, speak
from app.web.reference.reading import operations

router = Branch(prefix="/docs")

Visitor = Annotated[None, Depends(visitor)]


@router.get("", dependencies=[Public()])
def index(request: Request, _visitor: Visitor, runtime: CurrentRuntime) -> Response:
    """Every operation, by what it is about."""
    document = _shown(request, runtime)
    groups = [
        (tag["name"], tag["description"], operations(document, tag["name"])) for tag in document["tags"]
    ]
    return draw(request, "reference/index.html", groups=groups, problems=ways())


@router.get("/{tag}", dependencies=[Public()])
def group(
    request: Request, _visitor: Visitor, runtime: CurrentRuntime, tag: Annotated[str, Path(max_length=60)]
) -> Response:
    """The operations about one thing: what each takes and answers."""
    document = _shown(request, runtime)
    about = next((one["description"] for one in document["tags"] if one["name"] == tag), None)
    if about is None:
        raise NotFound
    return draw(request, "reference/group.html", about=about, operations=operations(document, tag))


def _shown(request: Request, runtime: Runtime) -> dict[str, Any]:
    if not runtime.settings.api_document:
        raise NotFound("Esta instalación no muestra el documento de su interfaz.")
    speak(request)
    found: dict[str, Any] = request.app.openapi()
    return found
