"""A router that looks through its routes only where one can be answers as one that always looks."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Match
from starlette.types import Scope

from app.config import Settings
from app.edge.routing import Branch
from app.main import create_app
from tests.access.test_routes import filled, routes


def asked(app: FastAPI, path: str, method: str, root: str = "") -> list[Match]:
    """What each included router says to an address."""
    scope: Scope = {"type": "http", "method": method, "path": root + path, "root_path": root, "headers": []}
    return [route.matches(dict(scope))[0] for route in app.router.routes]


@pytest.mark.parametrize("root", ["", "/registro"])
def test_every_route_is_found_where_the_base_finds_it(settings: Settings, root: str) -> None:
    app = create_app(settings)
    addresses = [(filled(path), method) for method, path, _ in routes(app)]
    addresses += [("/no-hay", "GET"), ("/api/v1/nada", "GET"), ("/", "GET"), ("", "GET")]
    quick = [asked(app, path, method, root) for path, method in addresses]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Branch, "matches", APIRouter.matches)
        slow = [asked(app, path, method, root) for path, method in addresses]
    assert quick == slow
    assert sum(Match.FULL in found for found in quick) >= len(addresses) - 4


def test_a_branch_in_a_branch_knows_where_it_is() -> None:
    outer, inner = Branch(prefix="/api"), Branch(prefix="/casos")

    @inner.get("/{code}/notas")
    def answer() -> None: ...

    outer.include_router(inner, prefix="/v2")
    app = FastAPI()
    app.include_router(outer)
    assert asked(app, "/api/v2/casos/1/notas", "GET")[-1] is Match.FULL
    assert asked(app, "/api/v2/casos/1/notas", "PUT")[-1] is Match.PARTIAL
    assert asked(app, "/api/casos/1/notas", "GET")[-1] is Match.NONE
