"""Errors as `application/problem+json` (RFC 9457), in Spanish, without values; denials go into the trace."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.actor import Actor
from app.db import DATABASE_ERRORS, translated
from app.edge.deps import is_json
from app.errors import (
    AppError,
    BadRequest,
    BrokenSeal,
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
    wrong,
)
from app.records.errors import message_es
from app.services.denials import record_broken_seal, record_denial
from app.vault import VaultError

log = logging.getLogger("ruv")

_HTTP_TITLES = {
    400: "Solicitud incorrecta",
    404: "No encontrado",
    405: "Método no permitido",
    406: "Formato no disponible",
    413: "Demasiado grande",
    415: "Formato no admitido",
}
_JSON = "application/json"
_METHOD_NOT_ALLOWED = 405
INTERNAL = {
    "type": "urn:ruv:problem:internal",
    "title": "Error interno",
    "status": 500,
    "detail": "Ocurrió un error interno. No se guardó nada.",
}
_AUDITED = (Forbidden, NotFound, Conflict, Invalid, TooMany)


def problem_response(
    status: int, body: Mapping[str, object], headers: dict[str, str] | None = None
) -> Response:
    """The answer that carries a problem document."""
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


Pages = Callable[[Request, int, Mapping[str, object]], Response]
"""Draws a problem as a page."""


def install(app: FastAPI, pages: Pages) -> None:
    """Register the handlers; nothing leaves the service as a stack trace.

    Args:
        pages: draws problems for browsers; the JSON interface gets problem documents.
    """
    app.state.pages = pages
    app.add_exception_handler(AppError, _on_app_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http_error)  # type: ignore[arg-type]
    app.add_exception_handler(VaultError, _on_vault_error)
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, _on_database_error)
    app.add_middleware(NoStackTraces)


def _answer(
    request: Request, status: int, body: Mapping[str, object], headers: dict[str, str] | None = None
) -> Response:
    """The problem as its reader wants it: a page for a browser, a problem document otherwise."""
    if is_json(request):
        return problem_response(status, body, headers)
    answer: Response = request.app.state.pages(request, status, body)
    if headers and "Retry-After" in headers:
        answer.headers["Retry-After"] = headers["Retry-After"]
    return answer


def too_large(request: Request) -> Response:
    """The answer to a body over its limit, of which the rest is not read."""
    error = TooLarge("Lo que envió supera el tamaño admitido. Redúzcalo o divídalo y envíelo otra vez.")
    return _answer(request, error.status, error.problem(), {"Connection": "close"})


def _on_app_error(request: Request, error: AppError) -> Response:
    error = recorded(request, error)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else retry_after(error)
    return _answer(request, error.status, error.problem(), headers)


def retry_after(error: AppError) -> dict[str, str]:
    """The header that says in how many seconds to try again, where the error knows."""
    seconds = error.extra.get("retry_after")
    return {} if seconds is None else {"Retry-After": str(seconds)}


def recorded(request: Request, error: AppError) -> AppError:
    """Record the refusal in a transaction of its own; what to answer: it, or why it could not be recorded."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None or not isinstance(error, _AUDITED):
        return error
    route = request.scope.get("route")
    try:
        record_denial(
            request.app.state.runtime.database,
            actor,
            route=f"{request.method} {getattr(route, 'path', '?')}",
            status=error.status,
            fields=[e["field"] for e in error.errors],
            code=request.path_params.get("code"),
            action=error.action,
        )
    except (Unauthenticated, Unavailable) as instead:
        return instead
    return error


def _on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    unreadable = _unreadable(request, error)
    if unreadable is not None:
        return _answer(request, unreadable.status, unreadable.problem())
    known = field_names(request.app)
    errors = [
        wrong(
            ".".join(_path(found, known)) or str(found["loc"][0]),
            found["type"],
            message_es(found["type"], found.get("ctx", {})),
        )
        for found in error.errors()
    ]
    body = {
        "type": "urn:ruv:problem:invalid",
        "title": "Datos no válidos",
        "status": 422,
        "detail": "Revise los campos indicados.",
        "errors": errors,
    }
    return _answer(request, 422, body)


def _unreadable(request: Request, error: RequestValidationError) -> AppError | None:
    """Why no field of the body could be looked at, where that is so; of pages the form says it itself."""
    found = error.errors()
    if not is_json(request) or not any(each["loc"][0] == "body" for each in found):
        return None
    if any(each["type"] == "json_invalid" for each in found):
        return BadRequest("El cuerpo no es JSON bien formado. Revise comas, comillas y llaves.")
    field = getattr(request.scope.get("route"), "body_field", None)
    wanted = getattr(getattr(field, "field_info", None), "media_type", _JSON)
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not given or given == wanted or (wanted == _JSON and given.endswith("+json")):
        return None
    return UnsupportedMedia(f"Envíe el cuerpo como {wanted} (cabecera Content-Type).")


def _path(found: ErrorDetails, known: frozenset[str]) -> list[str]:
    """The path of a field; rules about several fields at once name theirs themselves."""
    field = found.get("ctx", {}).get("field")
    return [_named(part, known) for part in found["loc"][1:]] + ([str(field)] if field else [])


def _named(part: object, known: frozenset[str]) -> str:
    """A step of a field's path; a name that is none of ours is the caller's input and is not repeated."""
    return str(part) if isinstance(part, int) or part in known else "?"


def field_names(app: FastAPI) -> frozenset[str]:
    """Every field and parameter name of the document: what an error may call a field."""
    names: frozenset[str] | None = getattr(app.state, "field_names", None)
    if names is None:
        names = frozenset(_names(app.openapi()))
        app.state.field_names = names
    return names


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get("properties", ())
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _on_http_error(request: Request, error: HTTPException) -> Response:
    title = _HTTP_TITLES.get(error.status_code, "Error")
    body = {
        "type": f"urn:ruv:problem:http-{error.status_code}",
        "title": title,
        "status": error.status_code,
        "detail": f"{title}.",
    }
    headers = dict(error.headers or {})
    if error.status_code == _METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
    return _answer(request, error.status_code, body, headers)


def _methods(request: Request) -> list[str]:
    """Every method the address knows; the router tells those of the first route that has it."""
    known = set[str]()
    for context in iter_route_contexts(request.app.routes):
        if context.path_regex.match(request.url.path):
            known |= context.methods or set()
    return sorted(known | ({"HEAD"} if "GET" in known else set()))


def _on_database_error(request: Request, error: Exception) -> Response:
    known = translated(error)
    if known is None:
        return _on_unexpected(request, error)
    return _on_app_error(request, known)


def _on_vault_error(request: Request, error: Exception) -> Response:
    """What was sealed does not open: said so, and told to who oversees the trace."""
    log_unexpected(error)
    actor: Actor | None = getattr(request.state, "actor", None)
    problem: AppError = BrokenSeal()
    if actor is not None:
        try:
            record_broken_seal(
                request.app.state.runtime.database, actor, code=request.path_params.get("code")
            )
        except (Unauthenticated, Unavailable) as instead:
            problem = instead
    return _answer(request, problem.status, problem.problem())


def _on_unexpected(request: Request, error: Exception) -> Response:
    log_unexpected(error)
    return _answer(request, 500, INTERNAL)


def log_unexpected(error: Exception) -> None:
    """Log the kind of an error and where it arose; messages of libraries may carry values."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-6:]))
    log.error("unexpected %s at %s", type(error).__name__, places)


class NoStackTraces:
    """Answer what nobody foresaw with a problem document; nothing escapes to the server's own log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; turn an escaping exception into a 500 if the answer has not begun."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log_unexpected(error)
            if not started:
                await _answer(Request(scope), 500, INTERNAL)(scope, receive, send)
