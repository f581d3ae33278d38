"""Drafts are their author's alone, sealed, bounded, and gone once the form is sent or forgotten."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.access.act import CARE, Act
from app.access.actor import SCHEDULER, Actor
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.services.drafts import service
from app.services.drafts.service import Place, discard, finish, mine, opened, save, sweep_drafts
from app.vault import SealBroken
from tests.access.sql_checks import refused
from tests.factories import World
from tests.scratch import past_policies

CANARY = "relato-íntimo-93517"
FIELDS = {"texto": [CANARY], "tipo": ["LLAMADA", "VISITA"]}


def keep(world: World, actor: Actor, form: str = "registro:nuevo", **more: Any) -> None:
    with world.session(actor) as session:
        save(Act(session, CARE), Place(form, "/registro", **more), FIELDS)


def reopened(world: World, actor: Actor, form: str = "registro:nuevo") -> dict[str, list[str]] | None:
    with world.session(actor) as session:
        found = opened(Act(session, CARE), form)
        return found.fields if found else None


def rows(world: World, query: str, **values: object) -> list[Any]:
    """Past every lock but the owner's own."""
    with past_policies(world.runtime) as admin:
        found = admin.execute(text(query), values)
        return list(found) if found.returns_rows else []


def test_a_draft_comes_back_as_it_was_left_and_the_last_one_wins(world: World) -> None:
    actor = world.actor("cem_officer")
    assert reopened(world, actor) is None
    keep(world, actor)
    assert reopened(world, actor) == FIELDS
    with world.session(actor) as session:
        save(Act(session, CARE), Place("registro:nuevo", "/registro"), {"texto": ["más"]})
        assert [(one.form, one.kind, one.path, one.reason) for one in mine(session)] == [
            ("registro:nuevo", "registro", "/registro", None)
        ]
    assert reopened(world, actor) == {"texto": ["más"]}


def test_it_dies_when_its_form_is_sent(world: World) -> None:
    actor = world.actor("cem_officer")
    keep(world, actor)
    with world.session(actor) as session:
        assert finish(session, "registro:nuevo")
        assert not finish(session, "registro:nuevo")
        with pytest.raises(NotFound):
            discard(session, "registro:nuevo")
    assert reopened(world, actor) is None


def test_nobody_else_has_it_not_even_its_author_in_another_unit(world: World) -> None:
    unit = world.unit("CEM")
    actor, colleague = world.actor("cem_officer", unit=unit), world.actor("cem_officer", unit=unit)
    boss = world.actor("cem_officer", unit=unit, supervisor=True)
    moved = replace(actor, unit_id=world.actor("cem_officer").unit_id)
    keep(world, actor)
    for other in (colleague, boss, moved):
        assert reopened(world, other) is None
        with world.session(other) as session:
            assert mine(session) == []
            assert session.scalar(text("SELECT count(*) FROM draft")) == 0
            assert not finish(session, "registro:nuevo")
            assert refused(session, "DELETE FROM draft")
            assert refused(session, "UPDATE draft SET user_id = 1")
            assert refused(session, "SELECT ruv.sweep_drafts(now())")
    assert reopened(world, actor) == FIELDS


def test_whoever_tries_to_write_a_draft_of_another_writes_its_own(world: World) -> None:
    actor, thief = world.actor("cem_officer"), world.actor("cem_officer")
    keep(world, actor)
    ((draft_id, kek),) = rows(world, "SELECT id, kek_id FROM draft WHERE user_id = :u", u=actor.user_id)
    forged = {
        "id": draft_id, "user_id": actor.user_id, "unit_id": actor.unit_id, "form": "registro:nuevo",
        "kind": "registro", "path": "/registro", "version": 9, "kek_id": kek,
        "wrapped": "\\x00", "sealed": "\\x00",
    }  # fmt: skip
    with world.session(thief) as session:
        savepoint = session.begin_nested()
        with pytest.raises(Exception, match="pk_draft"):
            session.execute(text("SELECT ruv.keep_draft(:d)"), {"d": json.dumps(forged)})
        savepoint.rollback()
    with world.session(SCHEDULER) as session:
        assert refused(session, "SELECT ruv.keep_draft('{}')")
    assert reopened(world, actor) == FIELDS


def test_what_is_stored_says_nothing_and_opens_nowhere_else(world: World) -> None:
    actor = world.actor("cem_officer")
    keep(world, actor)
    keep(world, actor, "nota:otra")
    (stored,) = rows(
        world, "SELECT d::text FROM draft d WHERE form = 'registro:nuevo' AND user_id = :u", u=actor.user_id
    )
    assert CANARY not in stored[0]
    assert CANARY.encode().hex() not in stored[0]
    rows(
        world,
        "UPDATE draft d SET sealed = o.sealed, wrapped = o.wrapped FROM draft o WHERE d.form = 'nota:otra'"
        " AND o.form = 'registro:nuevo' AND d.user_id = :u AND o.user_id = :u",
        u=actor.user_id,
    )
    with world.session(actor) as session, pytest.raises(SealBroken):
        opened(Act(session, CARE), "nota:otra")
    assert reopened(world, actor) == FIELDS


def test_only_opening_one_about_a_case_leaves_a_trace(world: World) -> None:
    actor = world.actor("cem_officer")
    made = world.register(actor, identity={"given_names": "Ana"})
    form = f"nota:{made.case_code}"
    keep(world, actor, form, subject=made.case_code)
    keep(world, actor)
    assert reopened(world, actor, form) == FIELDS
    assert reopened(world, actor) == FIELDS
    events = trace(world, actor, "drafts.%")
    assert [(e["action"], e["detail"]) for e in events] == [
        ("drafts.open", {"kind": "nota", "code": made.case_code})
    ]
    assert events[0]["victim"]
    assert events[0]["case"]


def trace(world: World, actor: Actor, action: str) -> list[dict[str, Any]]:
    with world.runtime.database.engine("ruv_sealer").begin() as sealer:
        found = sealer.execute(
            text("SELECT event FROM audit_event WHERE user_id = :u AND action LIKE :a ORDER BY id"),
            {"u": actor.user_id, "a": action},
        )
        return [json.loads(row[0]) for row in found]


@pytest.mark.parametrize(
    ("place", "fields", "refusal"),
    [
        (Place("Nota con espacios", "/x"), FIELDS, Invalid),
        (Place("nota:x", "https://otro.example"), FIELDS, Invalid),
        (Place("nota:x", "/x", "María"), FIELDS, Invalid),
        (Place("nota:x", "/x"), {"texto": ["\ud800"]}, Invalid),
        (Place("nota:x", "/x"), {"texto": ["ñ" * (service.LONGEST // 2)]}, TooLarge),
    ],
    ids=["form", "path", "subject", "surrogate", "long"],
)
def test_what_is_no_draft_of_ours_is_refused(
    world: World, place: Place, fields: dict[str, list[str]], refusal: type[Exception]
) -> None:
    actor = world.actor("cem_officer")
    with world.session(actor) as session, pytest.raises(refusal):
        save(Act(session, CARE), place, fields)


def test_there_is_a_most_and_changing_one_needs_no_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST", 3)
    actor = world.actor("cem_officer")
    for number in range(3):
        keep(world, actor, f"nota:{number}")
    with pytest.raises(Conflict):
        keep(world, actor, "nota:3")
    keep(world, actor, "nota:2")


def test_what_nobody_came_back_to_is_swept(world: World) -> None:
    actor = world.actor("cem_officer")
    keep(world, actor)
    keep(world, actor, f"nota:{uuid.uuid4()}")
    rows(
        world,
        "UPDATE draft SET updated_at = now() - interval '31 days' WHERE user_id = :u AND kind = 'nota'",
        u=actor.user_id,
    )
    with world.session(SCHEDULER) as session:
        assert sweep_drafts(session) >= 1
        assert sweep_drafts(session, at=datetime.now(UTC) + timedelta(days=29)) == 0
    with world.session(actor) as session:
        assert [one.kind for one in mine(session)] == ["registro"]
