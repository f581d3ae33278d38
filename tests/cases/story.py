"""Steps that tests of cases, referrals, plans and placements share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text

from app.access.actor import Actor
from app.access.policy import policy
from app.postgres.names import OWNER
from tests.factories import World

API = "/api/v1"


@dataclass
class Registered:
    """A person registered by a women's emergency centre (CEM), with the officer who did it."""

    officer: Actor
    client: httpx.Client
    victim: str
    case: str
    victim_id: int


def registered(world: World, role: str = "cem_officer", **identity: Any) -> Registered:
    """Register an adult woman unless told otherwise."""
    officer = world.actor(role)
    known = {"given_names": "Yesenia", "first_surname": "Apaza", "age_years": 24, "sex": "MUJER", **identity}
    parts: dict[str, Any] = {"identity": known}
    if policy().cell(role, "legal").write:
        parts["legal"] = {"purposes": ["EXPLOTACION_SEXUAL"], "department": "17"}
    person = world.register(officer, **parts)
    return Registered(officer, world.client(officer), person.code, person.case_code, person.victim_id)


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The JSON of an answer with the expected status."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of a refusal."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["detail"]
    return body


def at_once(calls: Sequence[Callable[[], httpx.Response]]) -> list[int]:
    """The sorted statuses of calls that start at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(calls))
    statuses: list[int] = []

    def run(call: Callable[[], httpx.Response]) -> None:
        start.wait()
        statuses.append(call().status_code)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def unit_code(world: World, actor: Actor) -> str:
    """The code of an actor's unit."""
    with world.session(actor) as session:
        return str(session.scalar(text("SELECT code FROM unit WHERE id = :unit"), {"unit": actor.unit_id}))


def rows(world: World, actor: Actor, table: str, victim_id: int) -> int:
    """How many rows of a person's table the database shows to an actor, whatever the services say."""
    with world.session(actor) as session:
        query = text(f"SELECT count(*) FROM {table} WHERE victim_id = :victim")  # noqa: S608 - names of the test
        return int(session.scalar(query, {"victim": victim_id}) or 0)


@contextmanager
def without_row_security(world: World) -> Iterator[None]:
    """The database's lock taken off, so that only the services refuse."""
    every = "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace"
    # A statement each, so that nobody who reads meanwhile and this wait for each other.
    each = world.runtime.database.engine(OWNER).execution_options(isolation_level="AUTOCOMMIT")
    with each.connect() as owner:
        tables = owner.scalars(text(every)).all()
        try:
            for table in tables:
                owner.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
                owner.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
            yield
        finally:
            for table in tables:
                owner.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
                owner.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))


def move(client: httpx.Client, case: str, to: str, **body: Any) -> httpx.Response:
    """Move a case from whatever version it is at."""
    tag = client.get(f"{API}/cases/{case}").headers["etag"]
    return client.post(f"{API}/cases/{case}/transitions", json={"to": to, **body}, headers={"If-Match": tag})


MANDATES = {
    "FISCALIA": "FISCALIA_DENUNCIA",
    "UPE": "UPE_DESPROTECCION",
    "UDAVIT": "UDAVIT_ASISTENCIA",
    "CEM": "CEM_ATENCION",
    "PNP": "PNP_INVESTIGACION",
}
"""The basis on which tests add a unit of each kind, unless they say otherwise."""
BY_POLICE = {"UDAVIT": "UDAVIT_AVISO", "CEM": "CEM_AVISO"}


def mandate(unit: str, *, police: bool = False, **body: Any) -> dict[str, Any]:
    """The body that adds a unit by mandate; the basis follows from its kind, with which its code begins."""
    kind = unit.split("-", maxsplit=1)[0]
    basis = BY_POLICE.get(kind) if police else None
    basis = basis or MANDATES.get(kind, "FISCALIA_DENUNCIA")
    return {"unit": unit, "basis": basis, "reason": "Le corresponde por ley.", **body}


def add_unit(client: httpx.Client, case: str, unit: str, **body: Any) -> httpx.Response:
    """Add a unit to a case by mandate of law."""
    return client.post(f"{API}/cases/{case}/participations", json=mandate(unit, **body))


def refer(client: httpx.Client, case: str, to_unit: str, **body: Any) -> httpx.Response:
    """Send a referral, by mandate of law unless told otherwise."""
    wanted = {"service_type": "ALOJAMIENTO", "legal_basis": "MANDATO_LEGAL", **body}
    return client.post(f"{API}/referrals", json={"case": case, "to_unit": to_unit, **wanted})


def shared_with(
    world: World, person: Registered, role: str, *, supervisor: bool = False, **body: Any
) -> tuple[Actor, httpx.Client, str]:
    """Refer the person to a new unit of `role`, which accepts; returns its worker and the referral."""
    actor = world.actor(role, supervisor=supervisor)
    client = world.client(actor)
    referral = ok(refer(person.client, person.case, unit_code(world, actor), **body), 201)["code"]
    ok(client.post(f"{API}/referrals/{referral}/answer", json={"decision": "accept"}))
    return actor, client, referral
