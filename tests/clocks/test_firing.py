"""Clocks start, are met, run out, remind and escalate, once each."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from app.access.actor import SCHEDULER
from app.db import driver_cursor
from app.services.clocks import service
from app.services.scheduler import sweeping
from tests.clocks.steps import HOUR, NOW, Stage
from tests.factories import World

PATIENCE = 120.0
"""Seconds until a test gives up on what never comes."""


@pytest.fixture
def stage(world: World, admin: Engine) -> Stage:
    return Stage(world, admin)


def sweep(stage: Stage, at: datetime | None = None) -> int:
    return sweeping.sweep(stage.world.runtime.database, at=at).total()


def test_starting_twice_keeps_the_first(stage: Stage) -> None:
    subject = stage.subject()
    with stage.world.session(stage.officer) as session:
        first = service.start(session, "ACTIVIDAD", subject, due_at=NOW + HOUR)
        assert service.start(session, "ACTIVIDAD", subject, due_at=NOW + 5 * HOUR) == first == NOW + HOUR
        service.meet(session, "ACTIVIDAD", subject.table, subject.row_id)
        assert service.start(session, "ACTIVIDAD", subject, due_at=NOW + 9 * HOUR) == NOW + 9 * HOUR
    assert len(stage.run("SELECT 1 FROM clock WHERE row_id = %(r)s", r=subject.row_id)) == 2


def test_the_value_comes_from_the_catalogue(stage: Stage) -> None:
    with stage.world.session(stage.officer) as session:
        assert service.start(session, "FISCAL_AVISO", stage.subject(), at=NOW) == NOW + 2 * HOUR
        with pytest.raises(ValueError, match="given"):
            service.start(session, "ACTIVIDAD", stage.subject())


def test_reminder_then_overdue_then_escalation(stage: Stage) -> None:
    """An activity: reminds 48 hours before, escalates 72 hours after."""
    subject = stage.start(user_id=stage.officer.user_id, at=NOW - 90 * HOUR, due_at=NOW + 10 * HOUR)
    sweep(stage, NOW - 39 * HOUR)
    assert stage.notices() == []
    for at in (NOW - 38 * HOUR, NOW):
        sweep(stage, at)
    assert [(n.kind, n.user_id, n.supervisors) for n in stage.notices()] == [
        ("RECORDATORIO", stage.officer.user_id, False)
    ]
    assert stage.clock(subject).state == "CORRIENDO"
    for at in (NOW + 10 * HOUR, NOW + 81 * HOUR):
        sweep(stage, at)
    assert stage.clock(subject).state == "VENCIDO"
    assert stage.clock(subject).overdue_at is not None
    for at in (NOW + 82 * HOUR, NOW + 999 * HOUR):
        sweep(stage, at)
    notices = stage.notices()
    assert [n.kind for n in notices] == ["RECORDATORIO", "VENCIDO", "ESCALADO"]
    assert [(n.user_id, n.supervisors) for n in notices[1:]] == [(None, False), (None, True)]
    assert {n.subject_code for n in notices} == {stage.case_code}
    assert stage.events() == 3


def test_a_clock_found_late_goes_through_its_stages_without_a_reminder(stage: Stage) -> None:
    stage.start(at=NOW - 500 * HOUR, due_at=NOW - 400 * HOUR)
    sweep(stage)
    assert [n.kind for n in stage.notices()] == ["VENCIDO", "ESCALADO"]


@pytest.mark.parametrize("ending", ["meet", "cancel"])
def test_what_is_met_or_cancelled_never_fires(stage: Stage, ending: str) -> None:
    subject = stage.start(due_at=NOW + HOUR)
    with stage.world.session(stage.officer) as session:
        if ending == "meet":
            service.meet(session, "ACTIVIDAD", subject.table, subject.row_id)
        else:
            service.cancel(session, subject.table, subject.row_id)
    sweep(stage, NOW + 500 * HOUR)
    assert stage.notices() == []
    assert stage.clock(subject).state == ("CUMPLIDO" if ending == "meet" else "ANULADO")


def test_met_late_stays_known_as_late(stage: Stage) -> None:
    subject = stage.start(due_at=NOW - HOUR)
    sweep(stage)
    with stage.world.session(stage.officer) as session:
        service.meet(session, "ACTIVIDAD", subject.table, subject.row_id)
    found = stage.clock(subject)
    assert (found.state, found.next_at) == ("CUMPLIDO", None)
    assert found.overdue_at <= found.met_at


def test_a_moved_clock_runs_again(stage: Stage) -> None:
    subject = stage.start(due_at=NOW - HOUR)
    sweep(stage)
    with stage.world.session(stage.officer) as session:
        service.move(session, "ACTIVIDAD", subject.table, subject.row_id, NOW + 100 * HOUR)
    found = stage.clock(subject)
    assert (found.state, found.next_at) == ("CORRIENDO", NOW + 52 * HOUR)
    sweep(stage, NOW + 53 * HOUR)
    assert [n.kind for n in stage.notices()] == ["VENCIDO", "RECORDATORIO"]


def swept_side_by_side(stage: Stage, sweepers: int) -> list[int]:
    """How many each fired, when none commits its first batch before every one of them has a batch in hand."""
    database = stage.world.runtime.database
    together, met, done = threading.Barrier(sweepers, timeout=PATIENCE), set[int](), list[int]()

    def meet(_: object) -> None:
        if threading.get_ident() in running and threading.get_ident() not in met:
            met.add(threading.get_ident())
            together.wait()

    def run() -> None:
        running.add(threading.get_ident())
        done.append(sweeping.sweep(database, batch=100).total())

    running = set[int]()
    threads = [threading.Thread(target=run) for _ in range(sweepers)]
    event.listen(database.engine(), "commit", meet)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(database.engine(), "commit", meet)
    return done


def test_three_sweepers_fire_two_thousand_clocks_once_each(stage: Stage) -> None:
    with stage.world.session(stage.officer) as session:
        for _ in range(2000):
            service.start(session, "PERMISO_SALIDA", stage.subject(), due_at=datetime.now(UTC) - 5 * HOUR)
    done = swept_side_by_side(stage, 3)
    sweep(stage)
    kinds = [n.kind for n in stage.notices()]
    assert (kinds.count("VENCIDO"), kinds.count("ESCALADO"), len(kinds)) == (2000, 2000, 4000)
    assert stage.events() == 4000
    assert len(done) == 3
    assert min(done) >= 100, "none of them waits for another"


def test_what_somebody_holds_is_left_for_the_next_sweep(stage: Stage) -> None:
    held, free = stage.start(due_at=NOW - HOUR), stage.start(due_at=NOW - HOUR)
    with stage.world.session(stage.officer) as session:
        service.meet(session, "ACTIVIDAD", held.table, held.row_id)
        sweep(stage)  # or it would wait for this very block to end
    assert stage.clock(free).state == "VENCIDO"
    assert stage.clock(held).state == "CUMPLIDO"
    sweep(stage)
    assert len(stage.notices()) == 1


def test_a_batch_that_fails_leaves_nothing(stage: Stage) -> None:
    subject = stage.start(due_at=NOW - HOUR)

    def breaks() -> None:
        with stage.world.session(SCHEDULER) as session:
            assert sweeping.fire(session, NOW, 100_000)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    assert stage.clock(subject).state == "CORRIENDO"
    assert stage.notices() == []
    assert stage.events() == 0


def test_starting_meeting_and_moving_are_one_statement_each(stage: Stage) -> None:
    seen: list[str] = []

    class Recording(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **more: Any) -> Recording:
            seen.append(query)
            return super().execute(query, *rest, **more)

    subject = stage.subject()
    with stage.world.session(stage.officer) as session:
        connection = driver_cursor(session).connection
        connection.cursor_factory = Recording
        try:
            service.start(session, "ACTIVIDAD", subject, due_at=NOW)
            service.move(session, "ACTIVIDAD", subject.table, subject.row_id, NOW + HOUR)
            service.meet(session, "ACTIVIDAD", subject.table, subject.row_id)
            service.cancel(session, subject.table, subject.row_id)
        finally:
            connection.cursor_factory = psycopg.Cursor
    assert len(seen) == 4
