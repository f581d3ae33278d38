"""Answers that are nobody's: stored so that nobody can say whose they were, and counted all the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.access.act import CARE, Act
from app.access.actor import MAINTENANCE, SCHEDULER, SETUP, Actor
from app.catalogues import code_list
from app.errors import Forbidden
from app.postgres.names import REPORT
from app.records.kinds import today
from app.services.indicators.service import compute, exact
from app.services.satisfaction.handover import PUTS
from app.services.satisfaction.urn import SILENT, TOGETHER, count_month, put, questionnaire
from app.vault import SealBroken
from tests.cases.story import API, ok, problem, registered
from tests.factories import World
from tests.satisfaction.attack import Row, by_chance, hits, link

NEXT_MONTH = (today().replace(day=1) + timedelta(days=40)).replace(day=1)
ANSWERS = ("SI", "EN_PARTE", "NO", "NO_RESPONDE")


@pytest.fixture(autouse=True)
def _empty(admin: Engine) -> Iterator[None]:
    """Every test begins and ends with an empty urn and nothing counted."""
    PUTS._asked.clear()
    statement = text("DELETE FROM satisfaction_urn; DELETE FROM satisfaction_count")
    with admin.begin() as connection:
        connection.execute(statement)
    yield
    with admin.begin() as connection:
        connection.execute(statement)


def hand_in(world: World, actor: Actor, times: int, service: str = "SALUD", **answers: str) -> None:
    """Questionnaires with the same answers."""
    for _ in range(times):
        with world.session(actor) as session:
            put(Act(session, CARE), service, answers)


def count(world: World, on: date = NEXT_MONTH, actor: Actor = SCHEDULER) -> int:
    """The count of the month."""
    with world.session(actor) as session:
        return count_month(session, on=on)


def counted(admin: Engine) -> dict[tuple[str, str, str], int]:
    """Counts by service, question and answer."""
    with admin.connect() as connection:
        rows = connection.execute(text("SELECT service, question, answer, count FROM satisfaction_count"))
        return {(row[0], row[1], row[2]): row[3] for row in rows}


def in_urn(admin: Engine) -> list[Any]:
    """Every column of the urn, hidden ones too."""
    with admin.connect() as connection:
        return list(connection.execute(text("SELECT xmin::text, ctid::text, u.* FROM satisfaction_urn u")))


def test_the_questions_are_short_and_in_two_languages(world: World) -> None:
    found = ok(world.client(world.actor("cem_officer")).get(f"{API}/satisfaction/questions"))
    assert found == questionnaire()
    assert len(found["questions"]) <= 6
    assert all(row["label_en"] and row["label_es"] for row in (*found["questions"], *found["answers"]))


def test_answers_go_into_the_urn_and_leave_no_other_trace(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    client = world.client(officer)
    trace = text("SELECT (SELECT count(*) FROM audit_event) + (SELECT count(*) FROM idempotency_key)")
    with admin.connect() as connection:
        before = connection.scalar(trace)
    body = {"service": "SALUD", "answers": {"TRATO": "SI", "SATISFACCION": "NO"}}
    key = {"Idempotency-Key": "una"}
    answer = ok(client.post(f"{API}/satisfaction", json=body, headers=key), 201)
    assert set(answer) == {"message"}
    ok(client.post(f"{API}/satisfaction", json={"service": "EDUCACION", "answers": {}}), 201)
    with admin.connect() as connection:
        assert connection.scalar(trace) == before
    rows = in_urn(admin)
    assert len({len(row.sealed) for row in rows}) == 1
    assert len({len(row.wrapped) for row in rows}) == 1
    assert {"id", "kek_id", "wrapped", "sealed"} == set(rows[0]._fields) - {"xmin", "ctid"}
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"service": "NO_HAY", "answers": {}}, "service"),
        ({"service": "SALUD", "answers": {"NO_HAY": "SI"}}, "answers"),
        ({"service": "SALUD", "answers": {"TRATO": "TAL_VEZ"}}, "answers.TRATO"),
        ({"service": "SALUD", "answers": {"TRATO": "me trataron mal"}}, None),
        ({"service": "SALUD", "answers": {}, "case": "CA-1"}, "case"),
        ({"service": "SALUD"}, "answers"),
    ],
)
def test_what_is_not_a_code_is_refused(
    world: World, admin: Engine, body: dict[str, Any], field: str | None
) -> None:
    found = problem(world.client(world.actor("cem_officer")).post(f"{API}/satisfaction", json=body), 422)
    assert field is None or found["errors"][0]["field"] == field
    assert "me trataron mal" not in str(found)
    assert in_urn(admin) == []


def test_who_may_not_collect_puts_nothing_in(world: World, admin: Engine) -> None:
    police = world.actor("police_investigator")
    body = {"service": "SALUD", "answers": {}}
    problem(world.client(police).post(f"{API}/satisfaction", json=body), 403)
    problem(world.client().post(f"{API}/satisfaction", json=body), 401)
    with pytest.raises(Forbidden), world.session(police) as session:
        put(Act(session, CARE), "SALUD", {})


def test_nobody_stuffs_the_urn(world: World) -> None:
    client = world.client(world.actor("cem_officer"))
    body = {"service": "SALUD", "answers": {}}
    statuses = [client.post(f"{API}/satisfaction", json=body).status_code for _ in range(21)]
    assert Counter(statuses) == {201: 20, 429: 1}


def test_only_the_count_of_the_month_opens_the_urn(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    hand_in(world, officer, 1)
    for actor in (officer, world.actor("data_protection_officer"), world.actor("analyst")):
        for statement in (
            "SELECT * FROM satisfaction_urn", "SELECT * FROM ruv.empty_urn()", "DELETE FROM satisfaction_urn",
            "SELECT * FROM satisfaction_count", "SELECT ruv.add_satisfaction(current_date, '[]'::jsonb)",
        ):  # fmt: skip
            with (
                pytest.raises(Exception, match=r"permission denied|not permitted"),
                world.session(actor) as session,
            ):
                session.execute(text(statement))
    assert len(in_urn(admin)) == 1


def test_a_month_is_counted_once_it_is_over(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    hand_in(world, officer, 8, TRATO="SI", SATISFACCION="SI")
    hand_in(world, officer, 5, TRATO="NO", SATISFACCION="EN_PARTE")
    assert count(world, on=today()) == 0
    assert len(in_urn(admin)) == 13
    assert count(world) == 13
    assert in_urn(admin) == []
    found = counted(admin)
    assert found["SALUD", "TRATO", "SI"] == 8
    assert found["SALUD", "TRATO", "NO"] == 5
    assert found["SALUD", "SATISFACCION", "EN_PARTE"] == 5
    assert found["SALUD", "AYUDA", SILENT] == 13
    for question in code_list("satisfaction_question").codes:
        assert sum(n for (_, asked, _), n in found.items() if asked == question) == 13
    assert count(world, actor=MAINTENANCE) == 0


def test_few_answers_wait_sealed_anew_or_are_counted_together(world: World, admin: Engine) -> None:
    officer = world.actor("cem_officer")
    hand_in(world, officer, 6, "EDUCACION", SATISFACCION="SI")
    before = {row.sealed for row in in_urn(admin)}
    assert count(world) == 0
    after = {row.sealed for row in in_urn(admin)}
    assert len(after) == 6
    assert before & after == set()
    hand_in(world, officer, 5, "EMPLEO", SATISFACCION="NO")
    assert count(world) == 11
    assert counted(admin)[TOGETHER, "SATISFACCION", "SI"] == 6
    assert {service for service, _, _ in counted(admin)} == {TOGETHER}


def test_a_row_that_was_tampered_with_stops_the_count_whole(world: World, admin: Engine) -> None:
    hand_in(world, world.actor("cem_officer"), 12)
    with admin.begin() as connection:
        connection.execute(
            text("UPDATE satisfaction_urn SET sealed = overlay(sealed PLACING '\\x00'::bytea FROM 60)")
        )
    with pytest.raises(SealBroken):
        count(world)
    assert len(in_urn(admin)) == 12
    assert counted(admin) == {}


def test_the_indicator_counts_answers_and_hides_few(world: World) -> None:
    officer = world.actor("cem_officer")
    hand_in(world, officer, 30, SATISFACCION="SI")
    hand_in(world, officer, 20, SATISFACCION="NO")
    hand_in(world, officer, 7, SATISFACCION="NO_RESPONDE")
    count(world)
    year = (NEXT_MONTH - timedelta(days=1)).year

    def national() -> dict[str, Any]:
        with world.runtime.database.reporting(REPORT) as connection:
            (period,) = exact(connection, "3.2.c", year)["periods"]
        assert period["departments"] == []
        return dict(period["national"])

    assert national() == {"persons": 50, "values": {"satisfechas": 30}, "percent": 60.0}
    hand_in(world, officer, 25, SATISFACCION="NO")
    count(world)
    assert national()["values"] == {"satisfechas": 30}
    (period,) = compute(world.runtime.database, SETUP, ["3.2.c"], year - 30)[0]["periods"]
    assert period["national"]["values"] == {"satisfechas": None}


SUBMISSIONS = 200


def _read_and_answer(world: World) -> tuple[Actor, list[str]]:
    """A worker reads the record of somebody, hands the device over, and so on; and what was answered."""
    people = [registered(world) for _ in range(1)]
    officer = people[0].officer
    client = world.client(officer)
    draw = random.Random(4)
    truth = [draw.choice(ANSWERS) for _ in range(SUBMISSIONS)]
    for answer in truth:
        PUTS._asked.clear()
        ok(client.get(f"{API}/victims/{people[0].victim}"))
        body = {"service": "SALUD", "answers": {"SATISFACCION": answer}}
        ok(client.post(f"{API}/satisfaction", json=body), 201)
    return officer, truth


def _rows(admin: Engine, table: str, columns: str) -> list[Row]:
    statement = f"SELECT xmin::text::bigint, ctid::text, {columns} FROM {table}"  # noqa: S608 - the test's own
    with admin.connect() as connection:
        found = connection.execute(text(statement)).all()
    rows = []
    for xmin, ctid, *values in found:
        page, line = ctid.strip("()").split(",")
        columns_ = tuple(v if isinstance(v, bytes) else str(v).encode() for v in values)
        rows.append(Row(xmin, (int(page), int(line)), columns_))
    return rows


def test_answers_cannot_be_linked_to_whose_record_was_read_before(world: World, admin: Engine) -> None:
    officer, truth = _read_and_answer(world)
    stored = _rows(admin, "satisfaction_urn", "id::text, kek_id, wrapped, sealed")
    with admin.connect() as connection:
        query = text("SELECT count(*) FROM audit_event WHERE user_id = :u AND action = 'victims.read'")
        assert connection.scalar(query, {"u": officer.user_id}) == SUBMISSIONS == len(stored)
    # The attacker hands some in itself, to learn how a row looks for each answer.
    mine = [ANSWERS[n % 4] for n in range(80)]
    for answer in mine:
        hand_in(world, officer, 1, SATISFACCION=answer)
    everything = sorted(
        _rows(admin, "satisfaction_urn", "id::text, kek_id, wrapped, sealed"),
        key=lambda row: (row.xmin, row.ctid),
    )
    own = everything[SUBMISSIONS:]
    guess = link(stored, own, mine)
    assert len(guess) == SUBMISSIONS
    assert hits(guess, truth) <= by_chance(truth)
    # After the count there is nothing left to link: sums of questions.
    assert count(world) == SUBMISSIONS + 80
    assert in_urn(admin) == []


@pytest.mark.parametrize("naive", ["clear", "hashed", "padded too little"])
def test_the_same_attack_links_a_naive_table(admin: Engine, naive: str) -> None:
    """Planted: answers kept in order of arrival, in the clear, hashed, or sealed to their own length."""
    draw = random.Random(5)
    truth = [draw.choice(ANSWERS) for _ in range(SUBMISSIONS)]
    mine = [ANSWERS[n % 4] for n in range(80)]
    value = {
        "clear": ":a",
        "hashed": "md5(:a)",
        "padded too little": "substr(md5(random()::text), 1, 8 + length(:a))",
    }[naive]
    with admin.begin() as connection:
        connection.execute(text("CREATE TABLE naive_answers (id bigserial, at timestamptz, answer text)"))
    try:
        for answer in (*truth, *mine):
            with admin.begin() as connection:
                connection.execute(
                    text(f"INSERT INTO naive_answers (at, answer) VALUES (now(), {value})"),  # noqa: S608
                    {"a": answer},
                )
        everything = sorted(_rows(admin, "naive_answers", "answer"), key=lambda row: (row.xmin, row.ctid))
        guess = link(everything[:SUBMISSIONS], everything[SUBMISSIONS:], mine)
        assert hits(guess, truth) > by_chance(truth) * 1.5
    finally:
        with admin.begin() as connection:
            connection.execute(text("DROP TABLE naive_answers"))
