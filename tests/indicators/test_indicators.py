"""The three computed indicators, on persons written for the purpose."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.access.actor import SETUP
from app.errors import NotFound
from app.postgres.names import REPORT
from app.runtime import Runtime
from app.services.figures.catalogue import (
    CARE_SERVICES,
    CARE_STATES,
    DELIVERED,
    IMPLEMENTED_STATES,
    INDICATORS,
    NOT_RECEIVED,
    TAKEN_ON,
)
from app.services.figures.counted import figures_statement
from app.services.indicators.service import compute, exact, list_indicators
from app.states import CaseOutcome
from tests.releases.registry import Registry


def _period(runtime: Runtime, code: str, year: int) -> dict[str, Any]:
    """The exact figures: what the definitions count."""
    with runtime.database.reporting(REPORT) as connection:
        answer = exact(connection, code, year)
    (period,) = answer["periods"]
    assert period["year"] == year
    return period  # type: ignore[no-any-return]


def _department(period: dict[str, Any], code: str) -> dict[str, Any]:
    return next(row for row in period["departments"] if row["code"] == code)


def test_texts_are_the_plans_word_by_word(shared_data: Path) -> None:
    with (shared_data / "pnat_indicators.csv").open(encoding="utf-8") as file:
        texts = {row["code"]: row["text_es"] for row in csv.DictReader(file)}
    for code, found in INDICATORS.items():
        assert found.text == texts[code]
        assert found.unit == ("encuestas" if code == "3.2.c" else "personas")


def test_parameters_are_codes_of_the_register() -> None:
    from app.catalogues import code_list
    from app.services.cases.codes import OUTCOMES, STATES
    from app.services.plans.rules import STATES as PLAN_STATES
    from app.services.referrals.rules import RESULTS
    from app.services.referrals.rules import STATES as REFERRAL_STATES

    assert set(CARE_SERVICES) <= set(code_list("service_type").codes)
    assert set(CARE_STATES) <= set(STATES)
    assert set(IMPLEMENTED_STATES) <= set(PLAN_STATES)
    assert set(TAKEN_ON) <= set(REFERRAL_STATES)
    assert set(NOT_RECEIVED) <= set(RESULTS)
    assert {CaseOutcome.FAMILY, CaseOutcome.FOSTER_FAMILY} <= set(OUTCOMES)
    assert DELIVERED in code_list("attendance")


def test_plan_implemented(own: Runtime, registry: Registry, year: int) -> None:
    people = registry.crowd(year, 8)
    registry.plan(people[0], "EN_EJECUCION", {"SALUD": 1, "EDUCACION": 2})  # implemented
    registry.plan(people[1], "CUMPLIDO", {"SALUD": 1, "VIVIENDA": 1})  # implemented
    registry.plan(people[2], "EN_EJECUCION", {"SALUD": 5})  # one domain
    registry.plan(people[3], "EN_EJECUCION", {"SALUD": 1, "EDUCACION": 0})  # second domain pending
    registry.plan(people[4], "SUSCRITO", {"SALUD": 1, "EDUCACION": 1})  # not running yet
    registry.plan(people[5], "BORRADOR", {"SALUD": 1, "EDUCACION": 1}, signed=False)
    registry.plan(people[6], "EN_EJECUCION", {"SALUD": 1})  # two plans with one domain each
    registry.plan(people[6], "CERRADO_SIN_CUMPLIR", {"EDUCACION": 1})
    registry.plan(people[0], "CERRADO_SIN_CUMPLIR", {"SALUD": 1})  # counted once
    national = _period(own, "3.1.b", year)["national"]
    assert national["persons"] == 8
    assert national["values"] == {"pri_suscrito": 6, "pri_implementado": 2}
    assert national["percent"] == 25.0


def test_attended(own: Runtime, registry: Registry, year: int) -> None:
    people = registry.crowd(year, 9)
    registry.referral(people[0], "SALUD", "EN_CURSO")
    registry.referral(people[0], "ALOJAMIENTO", "CONCLUIDA", "SERVICIO_PRESTADO")
    registry.referral(people[1], "SALUD", "ENVIADA")
    registry.referral(people[2], "SALUD", "CONCLUIDA", "NO_ASISTIO")
    registry.referral(people[3], "TRANSPORTE", "ACEPTADA")
    registry.placement(people[4])
    registry.transition(people[5], "EN_ASISTENCIA_INMEDIATA")
    registry.end(people[6])
    registry.case(people[6], year + 1, state="EN_REINTEGRACION")
    registry.delivery(people[7], "SALUD", "NO_ASISTIO")
    registry.delivery(people[7], "SALUD", "ATENDIDA", voided=True)
    registry.delivery(people[7], "TRANSPORTE", "ATENDIDA")
    registry.delivery(people[8], "SALUD_MENTAL", "ATENDIDA")
    national = _period(own, "3.2.b", year)["national"]
    assert (national["persons"], national["values"]) == (9, {"atendidas": 5})


def test_reintegrated(own: Runtime, registry: Registry, year: int) -> None:
    registry.crowd(year, 3, state="CERRADO", outcome="REINTEGRACION_FAMILIAR")
    registry.crowd(year, 2, state="CERRADO", outcome="FAMILIA_SUSTITUTA")
    registry.crowd(year, 4, state="CERRADO", outcome="VIDA_INDEPENDIENTE")
    registry.crowd(year, 1, state="EN_SEGUIMIENTO", outcome="REINTEGRACION_FAMILIAR")
    national = _period(own, "3.3.b", year)["national"]
    assert national["persons"] == 10
    assert national["values"] == {"reintegradas": 5, "nucleo_familiar": 3, "familia_sustituta": 2}


def test_departments_with_small_numbers_are_withheld(own: Runtime, registry: Registry, year: int) -> None:
    registry.crowd(year, 30, department="15", state="EN_REINTEGRACION")
    registry.crowd(year, 25, department="08")
    registry.crowd(year, 12, department="17", state="EN_REINTEGRACION")
    registry.crowd(year, 3, department="03")
    [answer] = compute(own.database, SETUP, ["3.2.b"], year)
    [period] = answer["periods"]
    assert len(period["departments"]) == 26
    assert period["national"]["persons"] == 70
    assert _department(period, "15")["persons"] == {"value": 30, "status": "PUBLICADO"}
    # Everybody there was attended: that is hidden like nobody.
    assert _department(period, "15")["values"]["atendidas"]["value"] is None
    assert _department(period, "03")["persons"] == {"value": None, "status": "RESERVADO"}
    # The hidden ones would add up to three by the total: the smallest of the others hides with them.
    assert (
        _department(period, "17")["persons"]
        == _department(period, "01")["persons"]
        == _department(period, "03")["persons"]
    )


def test_a_person_of_several_units_counts_once(own: Runtime, registry: Registry, year: int) -> None:
    person = registry.crowd(year, 1, state="EN_REINTEGRACION")[0]
    registry.case(person, year, month=7)
    registry.case(person, year, month=8)
    assert _period(own, "3.2.b", year)["national"] == {
        "persons": 1,
        "values": {"atendidas": 1},
        "percent": 100.0,
    }


def test_a_year_without_persons(own: Runtime, year: int) -> None:
    national = _period(own, "3.1.b", year)["national"]
    assert national == {"persons": 0, "values": {"pri_suscrito": 0, "pri_implementado": 0}, "percent": None}


def test_all_years_agree_with_each_year(
    own: Runtime, registry: Registry, year: int, years: Iterator[int]
) -> None:
    other = next(years)
    registry.crowd(year, 2, department=None)
    registry.crowd(other, 3)
    with own.database.reporting(REPORT) as connection:
        periods = {p["year"]: p for p in exact(connection, "3.1.b")["periods"]}
    assert periods[year] == _period(own, "3.1.b", year)
    assert periods[other] == _period(own, "3.1.b", other)


def test_unknown_indicator(own: Runtime) -> None:
    with pytest.raises(NotFound), own.database.reporting(REPORT) as connection:
        exact(connection, "9.9.z")
    with pytest.raises(NotFound):
        compute(own.database, SETUP, ["9.9.z"])


@pytest.mark.parametrize("entry", list_indicators(), ids=lambda entry: entry["code"])
def test_statements_run_as_the_counting_role_and_read_no_sealed_column(
    own: Runtime, entry: dict[str, Any]
) -> None:
    with own.database.reporting(REPORT) as connection:
        connection.execute(figures_statement(entry["code"], None)).all()
        assert connection.scalar(text("SELECT current_user")) == REPORT
