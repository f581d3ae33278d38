"""Nobody sees a live figure before and after one person: it stands still until ten have changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.access.permissions import Permission
from app.access.policy import policy
from app.config import Settings
from app.postgres.names import REPORT
from app.runtime import Runtime
from app.services.figures.catalogue import INDICATORS
from app.services.figures.snapshots import changed
from app.services.indicators.service import answer_many
from app.services.reconciliation.service import reconcile
from tests.factories import World
from tests.keys.people import identity
from tests.releases.registry import Registry
from tests.scratch import serve
from tests.web.browsing import Browser


def seen(runtime: Runtime, actor: Actor, year: int) -> list[dict[str, Any]]:
    """Everything somebody may see of a year: each indicator, alone and among all years, and both reports."""
    with runtime.database.session(actor) as session:
        reports = [reconcile(runtime.database, Act(session, CARE), year, released=r) for r in (False, True)]
    every = answer_many(runtime.database, actor, list(INDICATORS), None)
    for answer in every:
        answer["periods"] = [period for period in answer["periods"] if period["year"] == year]
    return [*answer_many(runtime.database, actor, list(INDICATORS), year), *every, *reports]


def persons(found: list[dict[str, Any]]) -> Any:
    return found[0]["periods"][0]["national"]["persons"]


def a_month_later(registry: Registry, year: int) -> None:
    registry.execute(
        "UPDATE indicator_snapshot SET taken_at = taken_at - interval '40 days' WHERE year = :y", y=year
    )


@pytest.mark.parametrize("role", ["analyst", "health_officer", "registry_steward", "setup"])
def test_one_person_changes_nothing_that_anybody_sees(
    own: Runtime, registry: Registry, year: int, role: str
) -> None:
    actor = SETUP if role == "setup" else registry.world.actor(role)
    people = registry.crowd(year, 40, department="15")
    registry.crowd(year, 25, department="08", state="EN_REINTEGRACION")
    before = seen(own, actor, year)
    assert persons(before) == 65

    registry.crowd(year, 1, department="15")
    registry.plan(people[0], "EN_EJECUCION", {"SALUD": 1, "EDUCACION": 1})
    assert seen(own, actor, year) == before
    a_month_later(registry, year)
    for answer, now in zip(before, seen(own, actor, year), strict=True):
        for moved in (answer, now):
            moved.pop("as_of")
        assert now == answer

    registry.crowd(year, 9, department="15")
    after = seen(own, actor, year)
    assert persons(after) == 75
    registry.crowd(year, 30, department="15")
    assert persons(seen(own, actor, year)) == 75, "once a month"


def test_a_registration_is_not_seen_over_http(
    own: Runtime, registry: Registry, settings: Settings, year: int
) -> None:
    """JSON, page, its downloads and the reconciliation, as those see it who asked before and after."""
    registry.crowd(year, 30, department="15", state="EN_REINTEGRACION")
    registry.crowd(year, 30, department="15")
    with serve(own, settings) as address:
        world = World(own, address)
        analyst, health = world.actor("analyst"), world.client(world.actor("health_officer"))
        browser = Browser(world, analyst)
        paths = [
            *(f"/api/v1/indicators/{code}" for code in INDICATORS),
            f"/api/v1/matching/reconciliation?year={year}",
            f"/api/v1/matching/reconciliation?year={year}&form=release",
        ]
        pages = ["/indicadores/3.2.b/tabla.csv", f"/indicadores/3.2.b/tabla.csv?anio={year}"]

        def look() -> list[str]:
            return [health.get(path).text for path in paths] + [browser.get(page).text for page in pages]

        before = look()
        assert f"\r\n{year},60,30\r\n" in before[-2] + "\r\n"
        world.register(world.actor("cem_officer"), on=date(year, 5, 2), identity=identity())
        assert look() == before
        world.close()


def test_one_woman_is_not_a_figure(own: Runtime, registry: Registry, year: int) -> None:
    woman = registry.crowd(year, 1, state="EN_REINTEGRACION")[0]
    registry.plan(woman, "EN_EJECUCION", {"SALUD": 1})
    for answer in answer_many(own.database, SETUP, ["3.1.b", "3.2.b", "3.3.b"], year):
        [period] = answer["periods"]
        assert period["national"]["persons"] is None
        assert set(period["national"]["values"].values()) == {None}
        assert period["national"]["percent"] is None
        assert {d["persons"]["value"] for d in period["departments"]} == {None}
    listed = answer_many(own.database, SETUP, ["3.1.b"], None)[0]["periods"]
    assert year not in {period["year"] for period in listed}, "that it is listed would tell"


def test_the_tenth_person_of_a_year_is_not_seen_either(own: Runtime, registry: Registry, year: int) -> None:
    registry.crowd(year, 9)
    before = seen(own, SETUP, year)
    registry.crowd(year, 1)
    after = seen(own, SETUP, year)
    registry.crowd(year, 1)
    assert [persons(each) for each in (before, after, seen(own, SETUP, year))] == [None] * 3


def test_a_join_of_ten_moves_the_reconciliation_with_the_indicators(
    own: Runtime, registry: Registry, year: int
) -> None:
    people = registry.crowd(year, 30)
    before = seen(own, SETUP, year)
    other = registry.world.actor("cem_officer", unit=registry.world.unit("CEM", institution=f"OTRA-{year}"))
    moved = "UPDATE trafficking_case SET opened_unit_id = :u WHERE victim_id = ANY (:v)"
    registry.execute(moved, u=other.unit_id, v=people[:15])
    a_month_later(registry, year)
    after = seen(own, SETUP, year)
    assert before[-2]["sources"] != after[-2]["sources"]
    assert persons(after) == 30


def test_exact_figures_are_nobodys_in_the_database_too(own: Runtime, registry: Registry, year: int) -> None:
    assert not [role for role in policy().roles if policy().permits(role, Permission.INDICATORS_EXACT)]
    registry.crowd(year, 12)
    seen(own, SETUP, year)
    for role in ("analyst", "registry_steward", "data_protection_officer"):
        actor = registry.world.actor(role)
        for statement in ("SELECT * FROM ruv.reconciliation(:y)", "SELECT * FROM indicator_snapshot"):
            with pytest.raises(DBAPIError) as refused, own.database.session(actor) as session:
                session.execute(text(statement), {"y": year} if ":y" in statement else {})
            assert getattr(refused.value.orig, "sqlstate", None) == "42501"
    with own.database.reporting(REPORT) as connection:
        assert connection.scalar(text("SELECT count(*) FROM indicator_snapshot WHERE year = :y"), {"y": year})
        with pytest.raises(DBAPIError):
            connection.execute(text("DELETE FROM indicator_snapshot"))


def test_a_move_counts_as_one_person() -> None:
    assert changed({"a": 5, "b": 5}, {"a": 4, "b": 6}) == 1
    assert changed({}, {"a": 3, "b": 2}) == 5
    assert changed({"a": 3}, {}) == 3
