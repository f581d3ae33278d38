"""Until when an answer is awaited, and what happens when none comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from app.catalogues import code_list
from app.services.clocks.calendar import is_working_day
from app.services.referrals.deadlines import answer_by
from app.services.scheduler.sweeping import sweep
from tests.cases.story import API, ok, problem, refer, registered, unit_code
from tests.factories import World
from tests.referrals.steps import answer, step

LIMA_NOON = datetime(2026, 12, 23, 17, tzinfo=UTC)  # a Wednesday; Friday the 25th is a holiday


@pytest.mark.parametrize(
    ("service", "urgent", "due"),
    [
        ("ALOJAMIENTO", True, "2026-12-23T23:00:00+00:00"),
        ("ALOJAMIENTO", False, "2026-12-24T23:59:59-05:00"),
        ("SALUD", False, "2026-12-28T23:59:59-05:00"),
        ("EDUCACION", True, "2026-12-24T17:00:00+00:00"),
        ("EDUCACION", False, "2026-12-31T23:59:59-05:00"),
    ],
)
def test_terms_by_service(service: str, urgent: bool, due: str) -> None:
    assert answer_by(service, urgent=urgent, at=LIMA_NOON) == datetime.fromisoformat(due)


def test_every_service_has_a_term_and_it_is_marked_as_a_proposal() -> None:
    terms = code_list("referral_deadline")
    assert terms.codes == code_list("service_type").codes
    assert {row["verified"] for row in terms.rows} == {"NO"}


@given(st.sampled_from(code_list("service_type").codes), st.integers(0, 25_000))
def test_a_term_lies_ahead_and_ends_on_a_working_day(service: str, hours: int) -> None:
    at = LIMA_NOON + timedelta(hours=hours)
    urgent, usual = (answer_by(service, urgent=hurry, at=at) for hurry in (True, False))
    assert at < urgent <= at + timedelta(hours=24)
    assert at < usual <= at + timedelta(days=20)
    assert is_working_day(usual.date())


def clocks(admin: Engine, code: str) -> list[tuple[str, int]]:
    """State and unit of the clocks of a referral."""
    with admin.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT state, unit_id FROM clock WHERE subject_code = %(c)s", {"c": code}
        )
        return [(row.state, row.unit_id) for row in found]


def test_the_clock_of_an_answer_starts_is_met_and_is_cancelled(world: World, admin: Engine) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit, client = unit_code(world, health), world.client(health)
    for decision, more in (("accept", {}), ("refuse", {"reason": "SIN_CUPO"})):
        code = ok(refer(person.client, person.case, unit, service_type="SALUD"), 201)["code"]
        assert clocks(admin, code) == [("CORRIENDO", health.unit_id)]
        ok(answer(client, code, decision, **more))
        assert clocks(admin, code) == [("CUMPLIDO", health.unit_id)]
    code = ok(refer(person.client, person.case, unit, service_type="SALUD_MENTAL"), 201)["code"]
    ok(step(person.client, code, "withdraw"))
    assert clocks(admin, code) == [("ANULADO", health.unit_id)]


def test_silence_expires_a_referral_and_tells_both_units(world: World, admin: Engine) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit, client = unit_code(world, health), world.client(health)
    due = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    code = ok(refer(person.client, person.case, unit, service_type="SALUD", due_at=due), 201)["code"]
    sweep(world.runtime.database)
    assert clocks(admin, code) == [("CORRIENDO", health.unit_id)]
    for _ in range(2):
        sweep(world.runtime.database, at=datetime.fromisoformat(due) + timedelta(seconds=1))
    assert clocks(admin, code) == [("VENCIDO", health.unit_id)]
    read = ok(person.client.get(f"{API}/referrals/{code}"))
    assert [(s["to"], s["by_unit"] is None) for s in read["history"]] == [
        ("ENVIADA", False),
        ("VENCIDA", True),
    ]
    with admin.connect() as connection:
        told = connection.exec_driver_sql(
            "SELECT kind, unit_id, supervisors FROM notice WHERE subject_code = %(c)s", {"c": code}
        ).all()
    assert {(n.kind, n.unit_id) for n in told} >= {
        ("VENCIDO", health.unit_id),
        ("ESCALADO", health.unit_id),
        ("ESCALADO", person.officer.unit_id),
    }
    assert len(told) == len(set(told))
    problem(answer(client, code, "accept"), 409)
    again = ok(refer(person.client, person.case, unit, service_type="SALUD", replaces=code), 201)["code"]
    assert clocks(admin, code) == [("ANULADO", health.unit_id)]
    ok(answer(client, again, "accept"))
