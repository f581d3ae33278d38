"""A deadline is the same day on every list, page and interface; with its hour where hours count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import app
from app.records.kinds import today
from app.services.clocks.calendar import LIMA, deadline, end_of
from app.services.plans.calendar import add_months
from tests.cases.story import API, Registered, ok, registered
from tests.cases.test_deadlines import recent
from tests.commands.steps import supervisor_of
from tests.consents.story import give
from tests.factories import World
from tests.plans.story import goal_step, running, step
from tests.supervision.test_reviews import REVIEWS, long_ago
from tests.web.browsing import Browser

DAY = today() + timedelta(days=30)


def written(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def due_days(person: Registered) -> dict[str, list[str]]:
    """The days of the deadlines of a person's case, by kind; JSON says each in two ways, which must agree."""
    found: dict[str, list[str]] = {}
    items = ok(person.client.get(f"{API}/clocks", params={"limit": 50}))["items"]
    for item in (one for one in items if one["case"] == person.case):
        assert item["due_at"][:10] == item["due_on"]
        found.setdefault(item["kind"], []).append(item["due_on"])
    return found


def test_a_due_moment_is_read_in_lima_with_an_hour_unless_its_day_is_the_end() -> None:
    last = end_of(date(2026, 10, 14))
    assert (last.astimezone(LIMA).day, last.tzinfo) == (14, LIMA)
    assert deadline(last) == {"due_at": last, "due_on": date(2026, 10, 14), "due_time": None}
    early = datetime.fromisoformat("2026-10-15T02:30:00+00:00")
    assert deadline(early) == {"due_at": early, "due_on": date(2026, 10, 14), "due_time": "21:30"}


def ends(root: Path) -> Iterator[str]:
    """Functions of the code that say when a day ends."""
    for file in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "end_of":
                yield str(file.relative_to(root))


def test_there_is_one_end_of_a_day(tmp_path: Path) -> None:
    assert list(ends(Path(str(app.__file__)).parent)) == ["services/clocks/calendar.py"]
    (tmp_path / "another.py").write_text("def end_of(day): ...")
    assert list(ends(tmp_path)) == ["another.py"]


def test_plan_measure_and_consent_end_on_their_day_everywhere(world: World) -> None:
    plan, activity = running(world)
    person = plan.person
    measure = {"type": "ALEJAMIENTO", "until": str(DAY)}
    lawyer = registered(world, "udavit_officer")
    ok(lawyer.client.post(f"{API}/cases/{lawyer.case}/protection-measures", json=measure), 201)
    assert due_days(lawyer)["MEDIDA_VENCE"] == [str(DAY)]
    receiver = world.unit("SALUD")
    ok(give(person.client, person.case, receiver, valid_until=str(DAY)), 201)
    held = {"held_on": str(today()), "participants": ["Ella"], "decisions": "Sigue", "opinion_given": False}
    assert due_days(person)["ACTIVIDAD"] == [str(DAY)]
    assert due_days(person)["CONSENTIMIENTO_VENCE"] == [str(DAY)]
    reviewed = ok(plan.client.post(f"{plan.url}/reviews", json=held), 201)
    assert due_days(person)["PRI_REVISION"] == [reviewed["next_review_on"]]
    browsing = Browser(world, person.officer)
    for path in ("/trabajo", "/plazos", f"/casos/{person.case}", f"/planes/{plan.code}"):
        page = browsing.get(path).text
        assert written(DAY) in page, path
        assert written(DAY + timedelta(days=1)) not in page, path
    activity_page = browsing.get(f"/planes/{plan.code}/actividades/{activity}").text
    assert written(DAY) in activity_page


def test_a_follow_up_is_awaited_on_the_day_it_is_planned_for(world: World) -> None:
    plan, activity = running(world)
    ok(step(plan.client, plan.code, activity, 1, state="LOGRADO"))
    ok(goal_step(plan, 1, state="LOGRADO", note="Terminó"))
    ok(plan.to("EN_SEGUIMIENTO"))
    assert due_days(plan.person)["SEGUIMIENTO"] == [str(add_months(today(), n)) for n in (1, 2, 3, 6)]


def test_what_was_due_yesterday_is_late_today_for_who_does_it_and_for_who_supervises(world: World) -> None:
    plan, activity = running(world)
    chief = supervisor_of(world, plan.person.officer)
    ago = (today() + timedelta(days=-1) - DAY).days
    long_ago(world, "UPDATE plan_activity SET due_on = due_on + :d WHERE code = :c", d=ago, c=activity)
    moved = "UPDATE clock SET due_at = due_at + :d * interval '1 day' WHERE subject_code = :c"
    long_ago(world, moved, d=ago, c=activity)
    (item,) = ok(world.client(chief).get(REVIEWS))["items"]
    assert (item["code"], item["due_on"], item["overdue"]) == (
        activity,
        str(today() - timedelta(days=1)),
        True,
    )
    for actor, path in ((chief, "/supervision/revisiones"), (plan.person.officer, "/trabajo?ver=vencidos")):
        page = Browser(world, actor).get(path).text
        assert written(today() - timedelta(days=1)) in page
        assert "Vencida hace 1 día" in page


def test_hours_show_their_hour_on_every_list(world: World) -> None:
    police = recent(world, "police_investigator", age_years=15)
    items = ok(police.client.get(f"{API}/clocks"))["items"]
    by_hours = [item for item in items if item["due_time"]]
    assert by_hours, items
    browsing = Browser(world, police.officer)
    for path in ("/trabajo", "/plazos", "/casos", f"/casos/{police.case}"):
        page = browsing.get(path).text
        first = by_hours[0]
        assert f"{written(date.fromisoformat(first['due_on']))} {first['due_time']}</time>" in page, path
