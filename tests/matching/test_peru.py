"""How well records of one person are found in a small synthetic register; the benchmark measures it whole."""

from __future__ import annotations

import pytest
from _peru import TARGETS, Scenario, outcome, pairs, persons, register
from _peru_errors import RATES

PERSONS = 2_000
SEED = 3
MARGIN = 0.015
"""About 720 pairs: one standard deviation of F1 is some 0.004 to 0.009."""


@pytest.mark.parametrize("scenario", Scenario)
def test_pairs_are_found(scenario: Scenario) -> None:
    found = outcome(register(PERSONS, SEED, scenario))
    assert found.f1 >= TARGETS[scenario] - MARGIN, (found.precision, found.recall)


def test_the_generator_is_repeatable_and_its_seeds_differ() -> None:
    assert list(persons(200, 1)) == list(persons(200, 1)) != list(persons(200, 2))
    assert register(200, 1) == register(200, 1)


def test_every_kind_of_error_occurs() -> None:
    records = register(10_000, SEED)
    assert {error for record in records for error in record.errors} >= set(RATES)
    assert 0.28 < len({records[at].person for at, _ in pairs(records)}) / 10_000 < 0.32


def test_scenarios_leave_out_what_they_say() -> None:
    nameless = register(500, SEED, Scenario.NAMES_ONLY)
    assert not any({"documents", "birth_date", "birth_year"} & record.identity.keys() for record in nameless)
    assert not any("documents" in record.identity for record in register(500, SEED, Scenario.NO_DOCUMENT))
    known = [bool(record.identity.get("documents")) for record in register(5_000, SEED)]
    assert 0.57 < sum(known) / len(known) < 0.63


def test_persons_are_as_victims_are() -> None:
    everybody = list(persons(10_000, SEED))
    women = sum(person["sex"] == "MUJER" for person in everybody) / len(everybody)
    foreign = sum(person["nationality"] != "PE" for person in everybody) / len(everybody)
    papers = {(d["type"], d["number"]) for person in everybody for d in person["documents"]}
    assert 0.83 < women < 0.87
    assert 0.08 < foreign < 0.12
    assert len(papers) == len(everybody)
    assert len({person["first_surname"] for person in everybody}) > 1_500
