"""What a page or an answer costs does not depend on how much it lists, and is written down here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import text
from starlette.routing import compile_path

from app.access.act import Act
from app.api import notes
from app.services.notes import queries
from tests import contract
from tests.access.test_routes import json_routes
from tests.counting import counted
from tests.web.browsing import Browser
from tests.web.growing import Codes, one_more, opened
from tests.web.scene import Scene

TOUCHED = re.compile(r"UPDATE web_session SET seen_at")
"""That somebody is still there is noted once a minute, with whatever page she opens then."""
MORE = 4
"""Of everything that is listed, between the two looks."""


class Cost(NamedTuple):
    """Who asks, for what (an address with codes to fill in), and with how many statements at the most.

    Those of the transaction are among them. `fixed`: it lists nothing that this scene has more of.
    """

    who: str
    path: str
    most: int
    fixed: bool = False


ANSWERS = (
    Cost("UPE", "/me", 2, fixed=True),
    Cost("UPE", "/me/sessions", 2),
    Cost("UPE", "/victims/{girl}", 4, fixed=True),
    Cost("UPE", "/victims/{girl}/history?compartment=contact", 7),
    Cost("CEM", "/victims/{woman}/access-log", 5),
    Cost("UPE", "/victims/{girl}/family", 8),
    Cost("UPE", "/cases", 3),
    Cost("UPE", "/cases/{case}", 9, fixed=True),
    Cost("CEM", "/cases/{hers}/participations", 8),
    Cost("CEM", "/cases/{hers}/assignments", 4),
    Cost("UPE", "/cases/{case}/notes", 7),
    Cost("UPE", "/cases/{case}/services", 7),
    Cost("UPE", "/cases/{case}/procedures", 8, fixed=True),
    Cost("UPE", "/cases/{case}/protection-measures", 7),
    Cost("UPE", "/cases/{case}/proceedings", 9),
    Cost("CEM", "/cases/{objecting}/objections", 7),
    Cost("UPE", "/clocks", 3),
    Cost("UPE", "/clocks/catalogue", 0, fixed=True),
    Cost("CEM", "/notices", 4),
    Cost("UPE", "/consents?case={case}", 5),
    Cost("UPE", "/consents/{consent}", 9, fixed=True),
    Cost("UPE", "/consents/{consent}/scans", 7),
    Cost("UPE", "/data-requests", 5),
    Cost("UPE", "/data-requests/{request}", 9, fixed=True),
    Cost("UPE", "/shelters", 4),
    Cost("UPE", "/shelters/vacancies", 4, fixed=True),
    Cost("CEM", "/shelters/holds", 6),
    Cost("UPE", "/shelters/{house}", 4, fixed=True),
    Cost("CAR", "/placements", 3),
    Cost("CAR", "/placements/{stay}", 10),
    Cost("CAR", "/referrals", 5),
    Cost("CEM", "/referrals/{referral}", 10, fixed=True),
    Cost("CAR", "/plans", 5),
    Cost("CAR", "/plans/{plan}", 24),
    Cost("CAR", "/plans/{plan}/assessments", 7),
    Cost("CAR", "/plans/{plan}/reviews", 6),
    Cost("CAR", "/plans/{signed}/versions", 6),
    Cost("CAR", "/plans/{signed}/versions/{last}", 6),
    Cost("CAR", "/plans/{signed}/diff?from=1&to={last}", 9),
    Cost("Seguimiento", "/plans/{followed}/follow-ups", 9),
    Cost("CAR", "/plans/{plan}/evidence", 6),
    Cost("CEM", "/quality", 3, fixed=True),
    Cost("CEM", "/quality/sin-finalidad/cases", 3),
    Cost("CAR", "/supervision/reviews", 5),
    Cost("CAR", "/supervision/figures", 17),
    Cost("CEM", "/commands", 3),
    Cost("CEM", "/commands/{command}", 3, fixed=True),
    Cost("CEM", "/matching/candidates", 4),
    Cost("UPE", "/matching/reconciliation?year=2026", 5, fixed=True),
    Cost("UPE", "/indicators", 2, fixed=True),
    Cost("UPE", "/indicators/3.1.b", 17, fixed=True),
    Cost("Análisis", "/releases", 6, fixed=True),
    Cost("UPE", "/catalogues", 0, fixed=True),
    Cost("UPE", "/catalogues/sex", 0, fixed=True),
    Cost("UPE", "/satisfaction/questions", 0, fixed=True),
    Cost("Administración", "/accounts", 3),
    Cost("Administración", "/accounts/roles", 2, fixed=True),
    Cost("Administración", "/accounts/{account}", 3, fixed=True),
    Cost("Administración", "/accounts/{account}/sessions", 4),
    Cost("Administración", "/units", 4),
    Cost("Administración", "/directory/services", 3),
    Cost("Administración", "/directory/services/{services}", 3, fixed=True),
    Cost("Administración", "/directory/locations", 2),
    Cost("Administración", "/directory/export", 4),
    Cost("Segunda", "/account-requests", 3),
    Cost("Segunda", "/account-requests/{account-request}", 3, fixed=True),
)
PAGES = (
    Cost("CAR", "/trabajo", 14),
    Cost("CEM", "/trabajo", 14),
    Cost("CAR", "/casos", 8),
    Cost("CAR", "/casos/{case}", 25),
    Cost("UPE", "/casos/{case}", 25),
    Cost("CAR", "/casos/{case}/plan", 16, fixed=True),
    Cost("CAR", "/planes/{plan}", 39),
    Cost("CAR", "/centros", 15),
    Cost("CAR", "/plazos", 5),
    Cost("CAR", "/derivaciones", 11),
    Cost("CAR", "/casos/{case}/notas", 18),
    Cost("UPE", "/casos/{case}/familia", 19),
    Cost("UPE", "/casos/{case}/consentimientos", 21),
    Cost("UPE", "/casos/{case}/proteccion", 24),
    Cost("UPE", "/solicitudes-de-datos", 7),
    Cost("CEM", "/solicitudes", 5),
    Cost("CEM", "/coincidencias", 6),
    Cost("CAR", "/supervision", 23),
    Cost("Administración", "/administracion/cuentas", 10),
    Cost("Administración", "/administracion/unidades", 5),
    Cost("Administración", "/directorio", 6),
)
LEFT_OUT = {
    "/documents/{code}": "open to everybody, one row by its code",
    "/evidence/{code}": "a file, in pieces",
    "/consents/{code}/scans/{file}": "a file, in pieces",
    "/matching/candidates/{code}": "two records side by side, by whoever is to decide",
    "/victims/{code}/own-file": "her whole file: each request and each stay is read and traced by itself",
    "/referrals/options": "lists of codes",
    "/shelters/{unit}/site": "one sealed row; none in this scene",
    "/releases/{code}": "no release in this scene",
    "/releases/{code}/tables/{file}": "no release in this scene",
}
"""Of the JSON interface, besides papers (`.pdf`)."""


class Seen(NamedTuple):
    """How many statements an answer took, and how much it listed."""

    statements: int
    rows: int


def rows(answer: httpx.Response) -> int:
    """Things in the lists of an answer; of a page its elements."""
    if answer.headers["content-type"].startswith("text/html"):
        return answer.text.count("<")
    return _things(answer.json())


def _things(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_things, value.values()))
    return len(value) + sum(map(_things, value)) if isinstance(value, list) else 0


class Eyes:
    """Everybody of the scene, before the JSON interface and before the pages."""

    def __init__(self, scene: Scene, codes: Codes) -> None:
        self.codes = codes
        self.desks = {cost.who: scene.desks[cost.who] for cost in ANSWERS}
        self.browsers = {cost.who: Browser(scene.world, scene.actors[cost.who]) for cost in PAGES}

    def look(self, costs: tuple[Cost, ...] = ANSWERS + PAGES) -> dict[Cost, Seen]:
        """What each costs now."""
        return {cost: self._seen(cost) for cost in costs}

    def _seen(self, cost: Cost) -> Seen:
        path = cost.path.format(**self.codes)
        with counted() as sent:
            if cost in PAGES:
                answer = self.browsers[cost.who].get(path)
            else:
                answer = self.desks[cost.who].client.get(f"/api/v1{path}")
        assert answer.status_code == 200, (cost, answer.text)
        return Seen(sum(not TOUCHED.match(one) for one in sent), rows(answer))


def found(before: dict[Cost, Seen], after: dict[Cost, Seen]) -> list[str]:
    """What costs more where there is more, or more than is written down; or was not tried at all.

    What is fixed may cost more the first time, when it finds out what is kept from then on.
    """
    wrong = []
    for cost, first in before.items():
        then, what = after[cost], f"{cost.who} {cost.path}"
        if first.statements < then.statements or (first.statements > then.statements and not cost.fixed):
            wrong.append(f"{what}: {first.statements} statements, then {then.statements}")
        if then.statements > cost.most:
            wrong.append(f"{what}: {then.statements} statements, more than {cost.most}")
        if not cost.fixed and (not first.rows or then.rows < first.rows + MORE):
            wrong.append(f"{what}: lists {first.rows}, then {then.rows}: nothing was tried")
    return wrong


@contextmanager
def one_statement_a_note() -> Iterator[None]:
    """Plant it: notes that are looked up one by one."""
    plain = queries.of_case

    def slow(act: Act, *args: Any, **more: Any) -> Any:
        listed = plain(act, *args, **more)
        for _ in listed["items"]:
            act.session.execute(text("SELECT 1"))
        return listed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notes.queries, "of_case", slow)
        yield


def test_what_is_listed_costs_the_same_however_much_it_is(scene: Scene) -> None:
    codes = opened(scene)
    one_more(scene, 1, codes)
    eyes = Eyes(scene, codes)
    before = eyes.look()
    planted = tuple(cost for cost in ANSWERS if cost.path.endswith("/notes"))
    with one_statement_a_note():
        slow = eyes.look(planted)
    for n in range(MORE):
        one_more(scene, n + 2, codes)
    wrong = found(before, eyes.look())
    assert not wrong, "\n".join(wrong)
    with one_statement_a_note():
        (differs, exceeds) = found(slow, eyes.look(planted))
    assert "statements, then" in differs
    assert "more than" in exceeds


def test_every_list_and_every_detail_has_its_cost() -> None:
    known = [path for method, path, _ in json_routes(contract.application()) if method == "GET"]
    asked = {_route(known, f"/api/v1{cost.path}") for cost in ANSWERS}
    papers = {path for path in known if path.endswith(".pdf") or not path.startswith("/api/")}
    assert {*known} - asked - papers == {f"/api/v1{path}" for path in LEFT_OUT}


def _route(known: list[str], address: str) -> str:
    """The route that answers an address."""
    plain = address.partition("?")[0]
    return next(path for path in known if compile_path(path)[0].fullmatch(plain))
