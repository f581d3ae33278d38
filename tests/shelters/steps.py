"""Steps that the tests of shelters share."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import Engine, text

from app.access.actor import Actor
from tests.cases.story import API, Registered, ok
from tests.commands.steps import past_locks
from tests.factories import World

PLACEMENTS = f"{API}/placements"
SHELTERS = f"{API}/shelters"


def tag(version: int) -> dict[str, str]:
    """The header of a change to what was read at a version."""
    return {"If-Match": f'"{version}"'}


def shelter(
    world: World, role: str = "car_caseworker", *, department: str, **places: int
) -> tuple[Actor, httpx.Client]:
    """A shelter with these places, and a supervisor of it; a place asked for in the department is hers."""
    close_others(world, department)
    kind = {"car_caseworker": "CAR", "shelter_caseworker": "ALBERGUE"}[role]
    unit = world.unit(kind, department=department, places=places)
    actor = world.actor(role, unit=unit, supervisor=True)
    return actor, world.client(actor)


def close_others(world: World, department: str) -> None:
    """Shelters of other tests in the department take nobody any more."""
    past_locks(
        world,
        "UPDATE shelter SET active = false FROM unit u"
        " WHERE u.id = shelter.unit_id AND shelter.department = :department AND u.code NOT LIKE :own",
        department=department, own=f"%-{world.tag}-%",
    )  # fmt: skip


def code_of(world: World, actor: Actor) -> str:
    """The code of an actor's unit."""
    with world.session(actor) as session:
        return str(session.scalar(text("SELECT code FROM unit WHERE id = :u"), {"u": actor.unit_id}))


def takes_part(admin: Engine, case: str, actor: Actor) -> None:
    """The actor's unit takes part in the case, whole, past every lock."""
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO participation (victim_id, case_id, unit_id, basis, population)"
            " SELECT victim_id, id, %(u)s, 'MANDATO', 1 FROM trafficking_case WHERE code = %(c)s",
            {"u": actor.unit_id, "c": case},
        )


def admit(client: httpx.Client, person: Registered, **body: Any) -> str:
    """She is taken in; the placement's code."""
    return str(ok(client.post(PLACEMENTS, json={"case": person.case, **body}), 201)["code"])


def places(client: httpx.Client, unit: str) -> dict[str, tuple[int, int]]:
    """Total and free places of a shelter by group."""
    found = ok(client.get(f"{SHELTERS}/{unit}"))["places"]
    return {place["group"]: (place["total"], place["free"]) for place in found}
