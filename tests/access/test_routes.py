"""Every route declares who it is for, and answers anybody else with a problem, never with a failure."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts

from app.access.permissions import Permission
from app.config import Settings
from app.edge.deps import NO_PAGES, Public, Requires, RouteGuard, SignedIn
from app.main import create_app
from tests import contract
from tests.access.http_checks import shelters_named
from tests.access.matrix import CELLS, PERMISSIONS, ROLES, Office, Person, leaks, level
from tests.factories import World

PUBLIC = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),  # what the interface is made of, where the setting allows it
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/password"),  # an initial password opens nothing else
    ("GET", "/api/v1/documents/{code}"),  # who holds a paper checks it; it answers nothing of anybody
    ("GET", "/estatico/{edition}/{name}"),
    ("GET", "/ingreso"),
    ("POST", "/ingreso"),
    ("GET", "/primera-contrasena"),  # an initial password opens nothing else
    ("POST", "/primera-contrasena"),
    ("GET", "/sesion/bloqueada"),
    ("POST", "/sesion/bloqueada"),  # opens only the session of the cookie, for its owner's password
    ("POST", "/sesion/bloquear"),
    ("GET", "/salida"),
    ("GET", "/verificar"),  # who holds a paper checks it; it answers nothing of anybody
    ("POST", "/verificar"),
    (
        "GET",
        "/satisfaccion/encuesta",
    ),  # a pass opens them beside a locked session: the device is the person's
    ("POST", "/satisfaccion/encuesta"),
    ("GET", "/satisfaccion/gracias"),  # says thank you, and nothing of anybody
    ("GET", "/sin-conexion"),  # blank: what a browser keeps for when there is no connection
    ("GET", "/sw.js"),
    ("GET", "/manifest.webmanifest"),
    ("GET", "/ayuda"),  # the same texts for everybody
    ("GET", "/accesibilidad"),
    ("GET", "/docs"),  # the same that /openapi.json tells, where the setting allows it
    ("GET", "/docs/{tag}"),
    ("GET", "/estado"),
}
"""Open to everybody. A new one needs a reason, and a line here."""
FEWEST = 30
METHODS = {"GET", "POST", "PATCH", "PUT", "DELETE"}


@cache
def routes(app: FastAPI) -> list[tuple[str, str, list[RouteGuard]]]:
    """Method, path and declared guards of every route of the application, included routers too."""
    found: list[tuple[str, str, list[RouteGuard]]] = []
    for context in iter_route_contexts(app.routes):
        guards = [g for g in map(_guard, _dependencies(context)) if g is not None]
        found += [(m, str(context.path), guards) for m in sorted((context.methods or {"GET"}) & METHODS)]
    return found


def json_routes(app: FastAPI) -> list[tuple[str, str, list[RouteGuard]]]:
    """The routes that are no pages; those are walked, signed in with a cookie, in tests/web."""
    return [route for route in routes(app) if route[1].startswith(NO_PAGES)]


def _dependencies(context: Any) -> list[Any]:
    return list(getattr(context, "dependencies", None) or getattr(context.route, "dependencies", None) or [])


def _guard(dependency: Any) -> RouteGuard | None:
    call = getattr(dependency, "dependency", None)
    return call if isinstance(call, RouteGuard) else None


def open_routes(app: FastAPI) -> list[str]:
    """Routes that do not say exactly once who they are for."""
    return [f"{method} {path}: {len(guards)}" for method, path, guards in routes(app) if len(guards) != 1]


@pytest.fixture
def app() -> FastAPI:
    """The application of this worker."""
    return contract.application()


def test_every_route_says_who_it_is_for(app: FastAPI) -> None:
    assert len(routes(app)) >= FEWEST
    assert open_routes(app) == []


def test_the_public_routes_are_these(app: FastAPI) -> None:
    public = {(m, p) for m, p, guards in routes(app) if type(guards[0]).__name__ == "_Public"}
    assert public == PUBLIC


def closed_routes(app: FastAPI) -> list[str]:
    """Routes that ask for a permission which the file gives to no role: nobody ever gets in by it."""
    held = set().union(*PERMISSIONS.values())
    asked = [(m, p, name) for m, p, guards in routes(app) for name in guards[0].any_of]
    return [f"{method} {path}: {name}" for method, path, name in asked if name not in held]


def test_every_permission_asked_for_is_held_by_some_role(app: FastAPI) -> None:
    assert sum(bool(guards[0].any_of) for _, _, guards in routes(app)) >= FEWEST
    assert closed_routes(app) == []


def test_a_route_for_nobody_is_caught(settings: Settings) -> None:
    planted = create_app(settings)

    @planted.get("/de-nadie", dependencies=[Requires(Permission.CASES_READ, Permission.INDICATORS_EXACT)])
    def answer() -> dict[str, str]:
        return {}

    assert closed_routes(planted) == ["GET /de-nadie: indicators:exact"]


@pytest.mark.parametrize("guards", [[], [Public(), SignedIn()], [Requires(Permission.CASES_READ), Public()]])
def test_a_route_without_exactly_one_guard_is_caught(settings: Settings, guards: list[Any]) -> None:
    planted = create_app(settings)

    @planted.get("/abierta", dependencies=[*guards, Depends(lambda: None)])
    def answer() -> dict[str, str]:
        return {}

    assert open_routes(planted) == [f"GET /abierta: {len(guards)}"]


# What they answer


def filled(path: str, **codes: str) -> str:
    """The path with its parameters filled: what is known by name, a code nobody has otherwise."""
    return re.sub(r"\{(\w+)[^}]*\}", lambda m: codes.get(m.group(1), "XX-0000-0000"), path)


def test_nobody_gets_an_answer_without_signing_in(app: FastAPI, world: World) -> None:
    client = world.client()
    wrong = []
    for method, path, guards in json_routes(app):
        if type(guards[0]).__name__ == "_Public":
            continue
        for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic cnV2OnJ1dg=="}):
            answer = client.request(method, filled(path), headers=headers)
            kind = answer.headers.get("content-type")
            if (answer.status_code, kind) != (401, "application/problem+json"):
                wrong.append(f"{method} {path} {answer.status_code} {kind}")
    assert wrong == []


def may_pass(guard: RouteGuard, role: str) -> bool:
    """Whether the file lets the role through the guard of a route."""
    return guard.permission is None or bool(PERMISSIONS[role].intersection(guard.any_of))


BODIES: list[Any] = [{}, [None], {"x": "y" * 100}]


def tries(method: str, person: Person) -> list[dict[str, Any]]:
    """What is sent to a route: with and without a query, or one wrong body after the other."""
    if method == "GET":
        return [{"params": {"compartment": "legal", "case": person.case_code, "victim": person.code}}, {}]
    return [{"json": body, "headers": {"If-Match": '"0"'}} for body in BODIES]


@pytest.mark.parametrize("role", ROLES)
def test_no_route_breaks_or_leaks_for_any_role(
    app: FastAPI, office: Office, person: Person, role: str
) -> None:
    """As one who takes part, and as a stranger: no 5xx, and no value beyond the role's levels.

    What is refused at the door, or to a stranger, does not depend on what is sent: that is asked once. Who
    is refused at the door is so whoever takes part: a stranger of the role is not asked again.
    """
    levels = {name: level(role, name) for _, name in CELLS}
    wrong = []
    for actor, allowed in ((office.actors[role], levels), (office.strangers[role], {})):
        client = office.client(actor)
        for method, path, guards in json_routes(app):
            let_in = may_pass(guards[0], role)
            if path.startswith("/api/v1/auth") or not (let_in or allowed):
                continue
            code = person.case_code if "/cases" in path else person.code
            url = filled(path, code=code, compartment="legal", name="x")
            whole = tries(method, person)
            once = whole[:1] if let_in or method != "GET" else whole[1:]  # an unknown query is refused sooner
            for more in whole if allowed and let_in else once:
                answer = client.request(method, url, **more)
                wrong += [f"{method} {path}: {what}" for what in refused_wrongly(answer.status_code, let_in)]
                out = [
                    *leaks(answer.text, person.filling.canaries, allowed, author=office.wrote(actor)),
                    *shelters_named(office, actor, answer.text),
                ]
                wrong += [f"{method} {path}: {what}" for what in out]
    assert wrong == []


def refused_wrongly(status: int, let_in: bool) -> list[str]:
    """What is wrong with a status, to one whom the route lets in or not."""
    if status >= 500 or (not let_in and status != 403):
        return [f"answers {status}, {'let in' if let_in else 'not let in'}"]
    return []


def test_a_door_left_open_is_found() -> None:
    assert refused_wrongly(200, let_in=False)
    assert refused_wrongly(404, let_in=False)
    assert refused_wrongly(503, let_in=True)
    assert refused_wrongly(403, let_in=False) == refused_wrongly(404, let_in=True) == []
