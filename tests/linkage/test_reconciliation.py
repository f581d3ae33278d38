"""Reconciled figures of a year over the whole register, from persons written for the purpose."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import SETUP, Actor
from app.errors import Forbidden, Invalid
from app.matching import RULES_VERSION
from app.records.kinds import today
from app.runtime import Runtime
from app.services.reconciliation.service import exact, reconcile
from tests.factories import World
from tests.releases.registry import Registry

_NUMBER = itertools.count(1)
NOW = datetime(2025, 3, 1, tzinfo=UTC)


class Sources:
    """Institutions with a unit each, and persons they counted; written as the superuser, without policy."""

    def __init__(self, registry: Registry, year: int) -> None:
        self.registry = registry
        self.year = year
        self.actors: dict[str, Actor] = {}

    def actor(self, name: str) -> Actor:
        if name not in self.actors:
            unit = self.registry.world.unit("CEM", institution=f"{name}-{self.year}")
            self.actors[name] = self.registry.world.actor("cem_officer", unit=unit)
        return self.actors[name]

    def counted(self, *names: str, times: int = 1, state: str = "CERRADO") -> list[int]:
        """Persons with a case of this year in each of these institutions."""
        keys = []
        for _ in range(times):
            key = self.registry.crowd(self.year, 1, state=state)[0]
            with self.registry.engine.begin() as connection:
                for place in range(len(names)):
                    if place:
                        self.registry._case(connection, key, self.year, "17", None, state, None, month=7)
                connection.execute(
                    text(
                        "UPDATE trafficking_case c SET opened_unit_id = (CAST(:units AS bigint[]))[n.place]"
                        " FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM trafficking_case"
                        " WHERE victim_id = :key) n WHERE n.id = c.id"
                    ),
                    {"units": [self.actor(name).unit_id for name in names], "key": key},
                )
            keys.append(key)
        return keys

    def joined(self, person: int, name: str) -> None:
        """A row of the institution's own register that was found to be a person already registered."""
        actor = self.actor(name)
        with self.registry.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO import_row (unit_id, source, row_key, victim_id, imported_by,"
                    " reference_year) VALUES (:unit, 'HTCDS 2.0', :key, :person, :user, :year)"
                ),
                {
                    "unit": actor.unit_id, "key": next(_NUMBER).to_bytes(32, "big"), "person": person,
                    "user": actor.user_id, "year": self.year,
                },
            )  # fmt: skip

    def pair(self, a: int, b: int, *, state: str = "PENDIENTE", band: int = 2) -> None:
        """Two persons who may be one."""
        with self.registry.engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO match_candidate (code, victim_id, other_id, band, score, fields,"
                    " rules_version, origin, state, found_unit_id, decided_at)"
                    " VALUES (:code, :a, :b, :band, 9, '{}', 'x', 'REGISTRO', :state, :unit,"
                    " CASE WHEN :state = 'PENDIENTE' THEN NULL ELSE now() END)"
                ),
                {
                    "code": f"DU-{next(_NUMBER)}", "a": min(a, b), "b": max(a, b), "state": state,
                    "band": band, "unit": self.registry.actor.unit_id,
                },
            )  # fmt: skip

    def report(self) -> dict[str, Any]:
        """The exact figures: what is counted."""
        with self.registry.world.session(SETUP) as session:
            return exact(session, self.year)

    def served(self, *, released: bool = False, actor: Actor = SETUP) -> dict[str, Any]:
        """What anybody sees."""
        database = self.registry.world.runtime.database
        with self.registry.world.session(actor) as session:
            return reconcile(database, Act(session, CARE), self.year, released=released)

    def code(self, name: str) -> str:
        return f"{name}-{self.year}"


@pytest.fixture
def sources(registry: Registry, year: int) -> Iterator[Sources]:
    return Sources(registry, year)


def _by_source(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["source"]: row for row in report["sources"]}


def _overlap(report: dict[str, Any], *names: str) -> Any:
    kind = {2: "pairs", 3: "triples"}[len(names)]
    return next(row["persons"] for row in report[kind] if row["sources"] == sorted(names))


def test_a_person_of_three_institutions_is_one(sources: Sources) -> None:
    sources.counted("PNP", times=3)
    sources.counted("PNP", "MPFN", times=2)
    sources.counted("PNP", "MPFN", "MIMP", times=1)
    sources.counted("MIMP", times=4)
    report = sources.report()
    pnp, mpfn, mimp = (sources.code(name) for name in ("PNP", "MPFN", "MIMP"))
    assert (report["records"], report["persons"]) == (6 + 3 + 5, 10)
    rows = _by_source(report)
    assert [rows[s]["persons"] for s in (pnp, mpfn, mimp)] == [6, 3, 5]
    assert [rows[s]["only_here"] for s in (pnp, mpfn, mimp)] == [3, 0, 4]
    assert _overlap(report, pnp, mpfn) == 3
    assert _overlap(report, pnp, mimp) == 1
    assert _overlap(report, pnp, mpfn, mimp) == 1
    assert rows[pnp]["label"].startswith("Institución de")
    assert report["rules_version"] == RULES_VERSION


def test_a_row_that_joined_counts_for_its_source(sources: Sources) -> None:
    person = sources.counted("MIMP")[0]
    sources.joined(person, "PNP")
    report = sources.report()
    assert (report["records"], report["persons"]) == (2, 1)
    assert _overlap(report, sources.code("MIMP"), sources.code("PNP")) == 1


def test_records_merged_are_one_person(sources: Sources) -> None:
    keep, gone = sources.counted("PNP")[0], sources.counted("MPFN")[0]
    before = sources.report()
    with sources.registry.engine.begin() as connection:
        connection.execute(
            text("UPDATE victim SET merged_into = :keep WHERE id = :gone"), {"keep": keep, "gone": gone}
        )
    after = sources.report()
    assert (before["records"], before["persons"]) == (2, 2)
    assert (after["records"], after["persons"]) == (2, 1)
    assert _overlap(after, sources.code("PNP"), sources.code("MPFN")) == 1
    assert after["input_hash"] != before["input_hash"]


def test_alerts_and_discarded_cases_are_not_counted(sources: Sources) -> None:
    sources.counted("PNP", state="ALERTA")
    sources.counted("PNP", state="DESCARTADA")
    sources.counted("PNP", state="PRESUNTA_VICTIMA")
    assert sources.report()["records"] == 1


def test_undecided_pairs_are_told(sources: Sources) -> None:
    a, b, c, d = sources.counted("PNP", times=4)
    sources.pair(a, b)
    sources.pair(a, c, band=3, state="NO_SE")
    sources.pair(c, d, state="DISTINTA")
    assert sources.report()["undecided"] == {"EXACTA": 1, "PROBABLE": 1, "POSIBLE": 0}


def test_the_same_data_give_the_same_report_and_hash(sources: Sources) -> None:
    sources.counted("PNP", "MPFN", times=3)
    first, second = sources.report(), sources.report()
    for report in (first, second):
        report.pop("as_of")
    assert first == second
    sources.counted("PNP")
    assert sources.report()["input_hash"] != first["input_hash"]


def test_the_hash_changes_when_a_pair_is_decided(sources: Sources) -> None:
    a, b = sources.counted("PNP", times=2)
    sources.pair(a, b)
    before = sources.report()
    with sources.registry.engine.begin() as connection:
        connection.execute(
            text("UPDATE match_candidate SET state = 'DISTINTA', decided_at = now() WHERE victim_id = :a"),
            {"a": min(a, b)},
        )
    assert sources.report()["input_hash"] != before["input_hash"]


def test_the_released_form_hides_small_numbers(sources: Sources) -> None:
    sources.counted("PNP", times=12)
    sources.counted("PNP", "MPFN", times=11)
    sources.counted("MIMP", times=2)
    report = sources.served(released=True)
    rows = _by_source(report)
    assert sources.code("MIMP") not in rows
    assert rows["OTRAS"]["persons"] == {"value": None, "status": "RESERVADO"}
    shown = [row["persons"]["value"] for row in (*report["sources"], *report["pairs"], *report["triples"])]
    assert all(value is None or value >= 11 for value in shown)
    assert "only_here" not in rows[sources.code("PNP")]


def test_only_a_closed_year_is_released(sources: Sources) -> None:
    sources.year = today().year
    with pytest.raises(Invalid) as refused:
        sources.served(released=True)
    assert refused.value.errors[0]["field"] == "year"
    sources.served()


@pytest.mark.parametrize("role", ["registry_steward", "analyst", "data_protection_officer"])
def test_who_reads_indicators_reads_it(sources: Sources, role: str) -> None:
    sources.counted("PNP")
    assert sources.served(actor=sources.registry.world.actor(role))["persons"]["value"] is None


def test_nobody_else_does_not_even_in_the_database(sources: Sources, own: Runtime) -> None:
    police = sources.registry.world.actor("police_investigator")
    with pytest.raises(Forbidden):
        sources.served(actor=police)
    # The exact figures are for nobody who reads indicators either.
    for actor in (police, sources.registry.world.actor("analyst")):
        with pytest.raises(DBAPIError, match="not permitted"), own.database.session(actor) as session:
            session.execute(text("SELECT * FROM ruv.reconciliation(2019)"))


def test_it_is_recorded(sources: Sources) -> None:
    steward = sources.registry.world.actor("registry_steward")
    sources.served(actor=steward)
    with sources.registry.engine.connect() as connection:
        events = connection.execute(
            text("SELECT event FROM audit_event WHERE user_id = :u AND action = 'matching.reconcile'"),
            {"u": steward.user_id},
        ).all()
    assert len(events) == 1


def test_over_http(world: World) -> None:
    steward = world.actor("registry_steward")
    client = world.client(steward)
    answer = client.get("/api/v1/matching/reconciliation", params={"year": 2019})
    assert answer.status_code == 200
    assert answer.json()["form"] == "inside"
    released = client.get("/api/v1/matching/reconciliation", params={"year": 2019, "form": "release"})
    assert released.json()["form"] == "release"
    assert client.get("/api/v1/matching/reconciliation").status_code == 422
    bad = client.get("/api/v1/matching/reconciliation", params={"year": 2019, "form": "todo"})
    assert bad.status_code == 422
    police = world.client(world.actor("police_investigator"))
    assert police.get("/api/v1/matching/reconciliation", params={"year": 2019}).status_code == 403


def test_years_that_cannot_be(sources: Sources) -> None:
    for year in (1899, date.max.year):
        sources.year = year
        with pytest.raises(Invalid):
            sources.served()
