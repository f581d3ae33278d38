"""Every list of codes that the database checks is the list that the application knows the column by."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from tests.database.code_lists import SOURCES, differences
from tests.scratch import Scratch

LIST = "ALTER TABLE {0} DROP CONSTRAINT IF EXISTS {1}, ADD CONSTRAINT {1} CHECK ({2} IN ({3}))"

# a change of the database -> the column of which it is told, and what
PLANTED = {
    "one less": (
        LIST.format("release.artefact", "ck_artefact_format", "format", "'csv'"),
        "release.artefact.format: ['json'] on one side only",
    ),
    "one more": (
        LIST.format(
            "mandate", "ck_mandate_population", "population", "'NNA', 'ADULTA', 'CUALQUIERA', 'OTRA'"
        ),
        "mandate.population: ['OTRA'] on one side only",
    ),
    "in another catalogue's words": (
        LIST.format("shelter", "ck_shelter_type", "type", "'CAR', 'CAR_ESPECIALIZADO', 'HRT', 'ALBERGUE'"),
        "shelter.type: ['ALBERGUE', 'ALBERGUE_PRIVADO'] on one side only",
    ),
    "gone": (
        "ALTER TABLE shelter DROP CONSTRAINT ck_shelter_type",
        "shelter.type: ['ALBERGUE_PRIVADO', 'CAR', 'CAR_ESPECIALIZADO', 'HRT'] on one side only",
    ),
    "not yet in force": (
        LIST.format(
            "shelter", "ck_shelter_type", "type", "'CAR', 'CAR_ESPECIALIZADO', 'HRT', 'ALBERGUE_PRIVADO'"
        )
        + " NOT VALID",
        "shelter.type: ['ALBERGUE_PRIVADO', 'CAR', 'CAR_ESPECIALIZADO', 'HRT'] on one side only",
    ),
    "of nobody": (
        LIST.format("plan", "ck_plan_kind", "kind", "'ADULTA', 'NNA'"),
        "plan.kind: no source is declared",
    ),
    "of nobody, in a table of nobody": (
        "CREATE TABLE release.stray (kind text CHECK (kind = ANY (ARRAY['A', 'B'])))",
        "release.stray.kind: no source is declared",
    ),
    "a condition on a code that is none": (
        "ALTER TABLE command_request ADD CHECK (state <> 'VENCIO' OR decided_at IS NULL)",
        "command_request.state: command_request_check speaks of VENCIO",
    ),
}


def test_the_database_and_the_application_list_the_same_codes(catalogue: Connection) -> None:
    assert differences(catalogue, SOURCES) == []


@pytest.mark.parametrize("kind", PLANTED)
def test_a_list_that_differs_is_found(scratch: Scratch, kind: str) -> None:
    change, told = PLANTED[kind]
    with scratch.admin.connect() as connection:
        connection.exec_driver_sql(change)
        assert differences(connection, SOURCES) == [told]


def test_a_code_that_only_the_application_knows_is_found(catalogue: Connection) -> None:
    sources = {**SOURCES, "referral.state": [*SOURCES["referral.state"], "NUEVA"]}
    assert differences(catalogue, sources) == ["referral.state: ['NUEVA'] on one side only"]


def test_a_list_whose_source_was_forgotten_is_found(catalogue: Connection) -> None:
    sources = {column: codes for column, codes in SOURCES.items() if column != "clock.effect"}
    assert differences(catalogue, sources) == ["clock.effect: no source is declared"]
