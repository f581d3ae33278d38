"""Who is counted: each person once, with the facts of her first identification."""

from __future__ import annotations

from collections.abc import Iterator

from app.postgres.names import REPORT
from app.runtime import Runtime
from app.services.releases.build import build
from app.services.releases.population import groups
from tests.releases.registry import Registry
from tests.releases.stored import files_of, rows_of


def _persons(runtime: Runtime, year: int) -> int:
    with runtime.database.reporting(REPORT) as connection:
        return sum(group.persons for group in groups(connection, year))


def test_a_person_counts_once_in_the_year_of_her_first_identification(
    own: Runtime, registry: Registry, year: int, years: Iterator[int]
) -> None:
    later = next(years)
    person = registry.crowd(year, 1, department="01")[0]
    registry.case(person, year, department="02", month=3)  # another unit, an earlier day of the same year
    registry.case(person, later, department="05")
    registry.case(person, later, state="DESCARTADA")
    with own.database.reporting(REPORT) as connection:
        found = groups(connection, year)
    assert [(group.department, group.persons) for group in found] == [("02", 1)]
    assert _persons(own, later) == 0


def test_merged_records_count_as_the_one_person_they_are(own: Runtime, registry: Registry, year: int) -> None:
    kept, absorbed, _ = registry.crowd(year, 3)
    registry.execute(
        "UPDATE trafficking_case SET parallel_to = 1 WHERE victim_id = :v AND closed_at IS NULL", v=absorbed
    )
    assert _persons(own, year) == 3
    registry.execute("UPDATE victim SET merged_into = :k WHERE id = :a", k=kept, a=absorbed)
    assert _persons(own, year) == 2


def test_alerts_and_discarded_presumptions_are_not_detections(
    own: Runtime, registry: Registry, year: int, years: Iterator[int]
) -> None:
    later = next(years)
    discarded = registry.crowd(year, 1, state="DESCARTADA")[0]
    registry.crowd(year, 1, state="ALERTA")
    assert _persons(own, year) == 0
    registry.case(discarded, later)
    assert _persons(own, later) == 1


def test_unknown_codes_and_missing_rows_fall_in_not_known(
    own: Runtime, registry: Registry, year: int
) -> None:
    registry.crowd(year, 40, sex=None, age=None, department=None, purpose=None)
    files = files_of(own, build(own.database, registry.actor, year).code)
    row = next(
        r
        for r in rows_of(files["T4", "csv"])
        if (r["departamento"], r["sexo"]) == ("SIN_DATO", "NO_IDENTIFICADO")
    )
    assert abs(int(row["valor"]) - 40) <= 20
