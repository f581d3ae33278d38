"""Problems as pages: what happened, and the way out."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.edge.browser import AGREEING
from app.edge.unsent import Unsent
from app.errors import AgreementPending, SessionLocked
from app.web.kit.page import draw, speak
from app.web.kit.paths import local_path

UNAUTHENTICATED = 401


def problem_page(request: Request, status: int, body: Mapping[str, object]) -> Response:
    """A problem as a page; who is not signed in is led to the door, and back afterwards."""
    if status == UNAUTHENTICATED:
        return _to_the_door(request, str(body["type"]).rpartition(":")[2])
    speak(request)
    return draw(request, "error.html", status=status, problem=body)


def _to_the_door(request: Request, kind: str) -> Response:
    doors = {SessionLocked.type: "/sesion/bloqueada", AgreementPending.type: AGREEING}
    door = doors.get(kind, "/ingreso")
    headers = {"Cache-Control": "no-store"}
    unsent: Unsent | None = getattr(request.state, "unsent", None)
    if unsent is not None and unsent.kept and request.url.path == "/borradores":
        return Response(status_code=204, headers=headers)
    if request.method == "GET" and request.url.path != "/":
        door += f"?volver={quote(local_path(request.url.path, request.url.query))}"
    elif unsent is not None:
        door += f"?volver={quote(local_path(unsent.page))}&guardado={'si' if unsent.kept else 'no'}"
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=204, headers={**headers, "HX-Redirect": door})
    return RedirectResponse(door, 303, headers)
