"""Errors as `application/problem+json` (RFC 9457), in Spanish, without values; denials go into the trace."""

import json
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.access.actor import Actor
from app.api.documentation import field_names
from app.db import DATABASE_ERRORS, translated
from app.errors import AppError, Conflict, Forbidden, NotFound, Unauthenticated, Unavailable
from app.records.errors import message_es
from app.services.denials import record_denial

log = logging.getLogger("ruv")

_HTTP_TITLES = {
    400: "Solicitud incorrecta",
    404: "No encontrado",
    405: "Método no permitido",
    406: "Formato no disponible",
    413: "Demasiado grande",
    415: "Formato no admitido",
}
_AUDITED = (Forbidden, NotFound, Conflict)


def problem_response(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """The answer that carries a problem document."""
    return Response(
        json.dumps(body, ensure_ascii=False),
        status,
        {"Cache-Control": "no-store", **(headers or {})},
        media_type="application/problem+json",
    )


def install(app: FastAPI) -> None:
    """Register the handlers; nothing leaves the service as a stack trace."""
    app.add_exception_handler(AppError, _on_app_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _on_invalid_request)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _on_http_error)  # type: ignore[arg-type]
    for kind in DATABASE_ERRORS:
        app.add_exception_handler(kind, _on_database_error)
    app.add_exception_handler(Exception, _on_unexpected)


def _on_app_error(request: Request, error: AppError) -> Response:
    if isinstance(error, _AUDITED) and not _recorded(request, error):
        error = Unavailable()
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else None
    return problem_response(error.status, error.problem(), headers)


def _recorded(request: Request, error: AppError) -> bool:
    """Record the denial in a transaction of its own; False if it could not be."""
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        return True
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
    except Unauthenticated:
        return True
    except Unavailable:
        return False
    return True


def _on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    known = field_names(request.app)
    errors = [
        {
            "field": ".".join(_named(part, known) for part in found["loc"][1:]) or str(found["loc"][0]),
            "code": found["type"],
            "message": message_es(found["type"], found.get("ctx", {})),
        }
        for found in error.errors()
    ]
    body = {
        "type": "urn:ruv:problem:invalid",
        "title": "Datos no válidos",
        "status": 422,
        "detail": "Revise los campos indicados.",
        "errors": errors,
    }
    return problem_response(422, body)


def _named(part: object, known: frozenset[str]) -> str:
    """A step of a field's path; a name that is none of ours is the caller's input and is not repeated."""
    return str(part) if isinstance(part, int) or part in known else "?"


def _on_http_error(_request: Request, error: HTTPException) -> Response:
    title = _HTTP_TITLES.get(error.status_code, "Error")
    body = {
        "type": f"urn:ruv:problem:http-{error.status_code}",
        "title": title,
        "status": error.status_code,
        "detail": f"{title}.",
    }
    return problem_response(error.status_code, body, dict(error.headers or {}))


def _on_database_error(request: Request, error: Exception) -> Response:
    known = translated(error)
    if known is None:
        return _on_unexpected(request, error)
    return _on_app_error(request, known)


def _on_unexpected(_request: Request, error: Exception) -> Response:
    # The type alone: messages of libraries may carry values.
    log.error("unexpected %s", type(error).__name__, exc_info=_without_values(error))
    body = {
        "type": "urn:ruv:problem:internal",
        "title": "Error interno",
        "status": 500,
        "detail": "Ocurrió un error interno. No se guardó nada.",
    }
    return problem_response(500, body)


def _without_values(error: Exception) -> tuple[type[Exception], Exception, Any]:
    return (
        type(error),
        type(error)("…") if type(error) in {ValueError, KeyError, TypeError} else Exception("…"),
        error.__traceback__,
    )
