"""What was written without a connection, done by the very page it was written for.

It needs nothing of its own: the same guard, the same checks, the same key against doing it twice. Notes
have an entry of their own, which does not read the others of the case on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import unwrap
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import FormData
from starlette.routing import compile_path

from app.access.act import Act
from app.access.guard import require
from app.edge.deps import RouteGuard
from app.errors import AppError, BadRequest, Invalid, NotFound
from app.services.outbox.delivery import Handler, Parcel
from app.services.plans.activities import find_activity
from app.web.i18n import gettext
from app.web.kit.forms import Form
from app.web.kit.page import Page
from app.web.notes import pages as notes

PAGES: Final[Mapping[str, re.Pattern[str]]] = {
    "actividad": re.compile(r"/planes/(?P<plan>[A-Z0-9-]+)/actividades/(?P<activity>[A-Z0-9-]+)"),
    "registro": re.compile(r"/ficha-policial"),
}
"""Where a form of each kind is sent to; nothing else is done from an envelope."""


def handlers(request: Request) -> dict[str, Handler]:
    """What takes a form of each kind, in the request that delivers it."""

    def handler(act: Act, parcel: Parcel) -> str:
        return _posted(request, act, parcel)

    return {**dict.fromkeys(PAGES, handler), "nota": notes.deliver}


def _posted(request: Request, act: Act, parcel: Parcel) -> str:
    """Where the page led to after it took the form.

    Raises:
        AppError: it did not take it.
    """
    place = PAGES[parcel.form].fullmatch(parcel.path)
    found = next(_pages(request.app, parcel.path), None) if place else None
    if place is None or found is None:
        raise NotFound
    context, values = found
    for guard in _guards(context):
        if guard.permission is not None:
            require(act.actor, *guard.any_of)
    form = Form(FormData([(name, value) for name, given in parcel.fields.items() for value in given]))
    form.key = parcel.key
    if parcel.form == "actividad" and form.version is None:
        # Written on the blank page, which knows no version: a note on the activity as it is now.
        form.version = find_activity(act, place["plan"], place["activity"]).activity.version
    request.state.delivering = True
    page = Page(request, act, form)
    endpoint: Any = context.endpoint
    answer = unwrap(endpoint)(
        page=page, **values
    )  # in the transaction of the delivery, not in one of its own
    if max(page.form.status, answer.status_code) >= BadRequest.status:
        raise _refusal(page.form)
    return str(answer.headers.get("location", parcel.path)).partition("?")[0]


def _pages(app: FastAPI, path: str) -> Iterator[tuple[RouteContext, dict[str, Any]]]:
    for context in iter_route_contexts(app.routes):
        if "POST" in (context.methods or ()):
            pattern, _, _ = compile_path(str(context.path))
            if match := pattern.match(path):
                yield context, match.groupdict()


def _guards(context: RouteContext) -> Iterator[RouteGuard]:
    for dependency in getattr(context.route, "dependencies", ()):
        if isinstance(dependency.dependency, RouteGuard):
            yield dependency.dependency


def _refusal(form: Form) -> AppError:
    return form.refusal or Invalid(
        form.message or gettext("Revise los campos indicados."), errors=form.errors
    )
