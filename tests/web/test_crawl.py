"""Every role walks every link and every route: no dead end, nothing beyond the policy, no failure."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi import FastAPI

from app.edge.deps import NO_PAGES, RouteGuard
from tests import contract
from tests.access.http_checks import levels_of
from tests.access.matrix import ROLES, Canary, Office, Person
from tests.access.test_routes import may_pass, routes
from tests.web.browsing import Browser
from tests.web.crawling import Walk, pattern_of, spellings

NOBODY = "XX-0000-0000-0000"
FORMS: list[dict[str, Any]] = [{}, {"texto": "y" * 100, "_version": "0", "_clave": "mal"}]
"""Forms that are wrong in different ways: none may break a page."""
LEAVING = ("/sesion/", "/ingreso", "/salida")
"""Routes that end the walk."""


@pytest.fixture
def app() -> FastAPI:
    """The application of this worker."""
    return contract.application()


@pytest.fixture(scope="module")
def canaries(person: Person) -> list[Canary]:
    """Every value of the person, as stored and as pages write it."""
    return spellings(person.filling.canaries)


def pages(app: FastAPI, person: Person) -> list[tuple[str, str, RouteGuard]]:
    """Method, address and guard of every route of the pages, filled with the person's codes."""
    found = []
    for method, path, guards in routes(app):
        if path.startswith((*NO_PAGES, *LEAVING)):
            continue
        code = person.code if path.startswith("/personas") else person.case_code
        filled = re.sub(r"\{code[^}]*\}", code, path)
        filled = filled.replace("{compartment}", "legal").replace("{edition}", "x")
        found.append((method, re.sub(r"\{[^}]*\}", NOBODY, filled), guards[0]))
    return found


def has_turn(guard: RouteGuard, role: str, path: str) -> bool:
    """Whether this role tries a page that refuses it, or a thing that is not there: a third of its like does.

    Every such page is tried by somebody who is let in and by somebody who is not, in every run by the same.
    """
    alike = [other for other in ROLES if may_pass(guard, other) == may_pass(guard, role)]
    return (alike.index(role) + sum(pattern_of(path).encode())) % min(3, len(alike)) == 0


@pytest.mark.parametrize("role", ROLES)
def test_no_page_shows_more_than_the_role_may_see(
    app: FastAPI, office: Office, person: Person, canaries: list[Canary], role: str
) -> None:
    """As one who takes part: every link of every page, then every route, with and without a form."""
    actor = office.actors[role]
    walk = Walk(Browser(office.world, actor), canaries, levels_of(role), author=office.wrote(actor))
    walk.follow("/")
    assert walk.pages > 1
    for method, path, guard in pages(app, person):
        if (NOBODY in path or not may_pass(guard, role)) and not has_turn(guard, role, path):
            continue
        if method == "GET":
            if path not in walk.seen:
                walk.open(path)
        else:
            for form in FORMS if may_pass(guard, role) else FORMS[:1]:
                walk.open(path, form)
    assert walk.wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_stranger_learns_nothing(
    app: FastAPI, office: Office, person: Person, canaries: list[Canary], role: str
) -> None:
    walk = Walk(Browser(office.world, office.strangers[role]), canaries, {})
    for method, path, guard in pages(app, person):
        if NOBODY in path or (method != "GET" and person.code not in path and person.case_code not in path):
            continue  # leads to her for nobody; whether it breaks is seen as one who takes part
        if not may_pass(guard, role) and not has_turn(guard, role, path):
            continue
        answer = walk.open(path, None if method == "GET" else {})
        if method == "GET" and person.case_code in path and answer.status_code == 200:
            walk.wrong.append(f"{path} answers 200 to a stranger")
    assert walk.wrong == []


def test_a_planted_leak_and_a_dead_link_are_found(
    office: Office, person: Person, canaries: list[Canary]
) -> None:
    walk = Walk(Browser(office.world, office.actors["cem_officer"]), canaries, {})
    walk.follow("/no-existe")
    value = person.filling.data["identity"]["given_names"]
    assert walk.wrong[0] == "/no-existe: 404, linked from "
    walk.open(f"/trabajo?x={value}")
    assert any("in an address" in what for what in walk.wrong)
