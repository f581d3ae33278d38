"""A parameter that no route reads is refused: it would look like an answer that was narrowed by it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.config import Settings
from app.edge.parameters import taken
from app.main import create_app
from tests.access.test_routes import filled, json_routes
from tests.cases.story import API, ok, problem
from tests.factories import World

UNKNOWN = {"apellido": "Quispe"}


def routes_of(app: FastAPI) -> list[APIRoute]:
    return [one.route for one in iter_route_contexts(app.routes) if isinstance(one.route, APIRoute)]


def test_what_is_taken_is_what_the_document_tells(settings: Settings) -> None:
    app = create_app(settings)
    told = {
        operation["operationId"]: {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        for path in app.openapi()["paths"].values()
        for operation in path.values()
    }
    found = {frozenset(names) for names in told.values()}
    known = {taken(route) for route in routes_of(app) if route.include_in_schema}
    assert found <= known
    assert any("cursor" in names and "sex" in names for names in known)  # of a model made from the catalogue


@pytest.mark.parametrize("role", ["upe_officer", "prosecutor", "registry_steward", "institution_admin"])
def test_no_read_takes_what_it_does_not_look_at(world: World, settings: Settings, role: str) -> None:
    client = world.client(world.actor(role))
    reads = [path for method, path, guards in json_routes(create_app(settings)) if method == "GET"]
    asked = [filled(path) for path in reads if path.startswith(API)]
    assert len(asked) > 60
    for path in asked:
        answer = client.get(path, params=UNKNOWN)
        if answer.status_code in {403, 404, 405} or path.startswith(f"{API}/documents/"):
            continue
        body = problem(answer, 422)
        assert "Quispe" not in answer.text
        assert "apellido" not in answer.text
        assert body["errors"][0]["field"] == "query"


def test_the_parameters_that_would_do_are_told(world: World) -> None:
    client = world.client(world.actor("upe_officer"))
    refused = problem(client.get(f"{API}/cases", params={"stat": "CERRADO"}), 422)
    assert {"state", "cursor", "limit"} <= set(refused["errors"][0]["choices"])
    ok(client.get(f"{API}/cases", params={"state": "CERRADO", "limit": 5}))
