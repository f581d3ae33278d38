"""Linkage in the database: whose runs, whose rows, whose decisions; statements of the bound actor."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.codes import new_code
from app.errors import Forbidden
from app.services.matching.candidates import write
from tests.linkage.scene import Scene, as_row, compared, incoming


def test_who_may_not_import_compares_nothing(scene: Scene, tmp_path: Path) -> None:
    path = incoming(tmp_path, as_row(scene.person))
    with pytest.raises(Forbidden):
        compared(scene.world, scene.world.actor("registry_steward"), path)


def test_a_unit_sees_its_own_runs_alone(scene: Scene, tmp_path: Path) -> None:
    compared(scene.world, scene.officer, incoming(tmp_path, as_row(scene.person)))
    count = text("SELECT count(*) FROM linkage_run WHERE unit_id = :u")
    for actor, seen in (
        (scene.officer, 1),
        (scene.world.actor("police_investigator"), 0),
        (scene.world.actor("health_officer"), 0),
        (scene.world.actor("registry_steward"), 1),
    ):
        with scene.world.session(actor) as session:
            assert session.execute(count, {"u": scene.officer.unit_id}).scalar_one() == seen


def test_the_database_lets_no_row_join_undecided(scene: Scene, tmp_path: Path) -> None:
    """A row joins a person only where somebody decided so for a run of this unit."""
    compared(scene.world, scene.officer, incoming(tmp_path, as_row(scene.person)))
    statement = text(
        "INSERT INTO import_row (unit_id, source, row_key, victim_id, imported_by, reference_year)"
        " VALUES (:unit, 'HTCDS 2.0', decode('00', 'hex'), :victim, :user, 2024)"
    )

    def join(actor: Actor) -> None:
        values = {"unit": actor.unit_id, "victim": scene.registered.victim_id, "user": actor.user_id}
        with scene.world.session(actor) as session:
            session.execute(statement, values)

    with pytest.raises(DBAPIError, match="row-level security"):
        join(scene.officer)
    scene.decide("MISMA")
    with pytest.raises(DBAPIError, match="row-level security"):
        join(scene.world.actor("police_investigator"))
    join(scene.officer)


def test_nobody_moves_a_candidate_to_a_record_of_others(scene: Scene, tmp_path: Path) -> None:
    compared(scene.world, scene.officer, incoming(tmp_path, as_row(scene.person)))
    (candidate,) = scene.candidates()
    call = text("SELECT ruv.row_stored(:run, :line, :record)")
    values = {"run": candidate.run_id, "line": 2, "record": scene.registered.victim_id}
    with pytest.raises(DBAPIError, match="not permitted"), scene.world.session(scene.officer) as session:
        session.execute(call, values)


@pytest.mark.parametrize(
    "call",
    [
        "SELECT * FROM ruv.known_tokens(ARRAY[1::bigint])",
        "SELECT * FROM ruv.row_decisions(1, ARRAY[1::bigint])",
    ],
)
def test_the_narrow_questions_are_for_their_roles(scene: Scene, call: str) -> None:
    actor = scene.world.actor("health_officer")
    with pytest.raises(DBAPIError, match="not permitted"), scene.world.session(actor) as session:
        session.execute(text(call))


def test_a_run_of_another_unit_takes_no_candidates(scene: Scene, tmp_path: Path) -> None:
    """The key of a candidate's run holds the unit: no other one writes into it."""
    compared(scene.world, scene.officer, incoming(tmp_path, as_row(scene.person)))
    (candidate,) = scene.candidates()
    other = scene.world.actor("police_investigator")
    row: dict[str, object] = {
        "code": new_code("DU"), "victim_id": scene.registered.victim_id, "run_id": candidate.run_id,
        "row_number": 9, "band": 2, "score": 10.0, "fields": {}, "rules_version": "x", "origin": "LOTE",
    }  # fmt: skip
    with pytest.raises(DBAPIError, match="fk_match_candidate_run"), scene.world.session(other) as session:
        write(Act(session, CARE), [row], origin="LOTE")
