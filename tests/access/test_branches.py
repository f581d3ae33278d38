"""A router that looks through its routes only where one can be answers as one that always looks."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Match
from starlette.types import Scope

from app.edge.routing import Branch
from tests import contract
from tests.access.test_routes import filled, routes


def asked(app: FastAPI, path: str, method: str, root: str = "") -> tuple[Match, object]:
    """What the first router that knows an address says, and the function that answers."""
    scope: Scope = {"type": "http", "method": method, "path": root + path, "root_path": root, "headers": []}
    for route in app.router.routes:
        match, child = route.matches(scope)
        while match is Match.FULL and hasattr(route, "_match"):
            _, child, route, _ = route._match(dict(scope))  # noqa: PLW2901 - one router deeper
        if match is not Match.NONE:
            return match, child.get("endpoint")
    return Match.NONE, None


@pytest.mark.parametrize("root", ["", "/registro"])
def test_every_route_is_found_where_the_base_finds_it(root: str) -> None:
    app = contract.application()
    addresses = [(filled(path), method) for method, path, _ in routes(app)]
    addresses += [("/no-hay", "GET"), ("/api/v1/nada", "GET"), ("/", "GET"), ("", "GET")]
    quick = [asked(app, path, method, root) for path, method in addresses]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Branch, "matches", APIRouter.matches)
        slow = [asked(app, path, method, root) for path, method in addresses]
    assert quick == slow
    assert sum(match is Match.FULL for match, _ in quick) >= len(addresses) - 4
    assert len({answers for _, answers in quick}) > 400


def test_a_branch_in_a_branch_knows_where_it_is() -> None:
    outer, inner = Branch(prefix="/api"), Branch(prefix="/casos")

    @inner.get("/{code}/notas")
    def answer() -> None: ...

    middle = Branch()
    middle.include_router(inner, prefix="/v2")
    outer.include_router(middle)  # after what it includes
    app = FastAPI()
    app.include_router(outer)
    assert asked(app, "/api/v2/casos/1/notas", "GET") == (Match.FULL, answer)
    assert asked(app, "/api/v2/casos/1/notas", "PUT")[0] is Match.PARTIAL
    assert asked(app, "/api/casos/1/notas", "GET")[0] is Match.NONE


def test_a_route_that_comes_later_is_found() -> None:
    branch, app = Branch(prefix="/casos"), FastAPI()
    app.include_router(branch)
    assert asked(app, "/casos/1", "GET")[0] is Match.NONE

    @branch.get("/{code}")
    def answer() -> None: ...

    assert asked(app, "/casos/1", "GET") == (Match.FULL, answer)


def test_only_an_address_that_nobody_else_can_have_is_taken_unseen() -> None:
    cases, notes, plans, app = Branch(prefix="/casos"), Branch(), Branch(prefix="/planes"), FastAPI()
    for branch, path in ((cases, "/{code}"), (notes, "/casos/{code}/notas"), (plans, "/{code}")):
        branch.get(path)(lambda: None)
    outer = Branch(prefix="/api")
    for branch in (cases, notes, plans):
        outer.include_router(branch)
    app.include_router(outer)

    def said(branch: Branch, path: str) -> Match:
        return branch.matches({"type": "http", "method": "GET", "path": path, "headers": []})[0]

    assert said(plans, "/api/planes/1/nada") is Match.FULL  # its own, and it will say that there is none
    assert said(cases, "/api/casos/1/notas") is Match.NONE  # may be the other's: looked for, and not found
    assert said(plans, "/api/casos/1") is Match.NONE
    late = Branch()
    late.get("/planes/{code}/notas")(lambda: None)
    outer.include_router(late)
    assert said(plans, "/api/planes/1/nada") is Match.NONE  # no longer only its own
    assert asked(app, "/api/planes/1/notas", "GET")[0] is Match.FULL
