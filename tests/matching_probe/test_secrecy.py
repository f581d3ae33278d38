"""Out of scope nobody learns more than that she exists and which unit to ask, whatever is looked up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.config import Settings
from app.errors import Invalid, PossibleDuplicate
from app.services.victims.probing import search
from app.services.victims.registration import Registration, register
from tests.cases.story import ok
from tests.factories import World
from tests.matching_probe.people import API, registration, somebody, without

FIELDS = ("given_names", "first_surname", "second_surname", "birth_date", "birth_place", "documents")
NO_LIMIT = 10**9


@st.composite
def questions(draw: st.DrawFn) -> tuple[int, dict[str, Any]]:
    """Some fields of one of three persons, each as it is, slipped, or of somebody else."""
    who = draw(st.integers(0, 2))
    changes = {
        name: draw(st.sampled_from(["as is", "slip", "other"]))
        for name in draw(st.sets(st.sampled_from(FIELDS)))
    }
    return who, changes


def asked(tag: str, question: tuple[int, dict[str, Any]]) -> dict[str, Any]:
    """The identity a question asks for."""
    who, changes = question
    true, other = somebody(f"{tag}{who}"), somebody(f"{tag}{who}x")
    made = {"as is": lambda n: true[n], "slip": lambda n: _slipped(n, true), "other": lambda n: other[n]}
    return {name: made[how](name) for name, how in changes.items()}


def _slipped(name: str, identity: dict[str, Any]) -> Any:
    value = identity[name]
    if name == "documents":
        number = value[0]["number"]
        return [{"type": "DNI", "number": number[:-1] + str((int(number[-1]) + 1) % 10)}]
    if name == "birth_date":
        return value[:-2] + "11"
    return value if name == "birth_place" else value[:-1]


class Hidden:
    """Three women registered by one unit, an officer of another, and all that may not be told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owner = world.actor("police_investigator")
        self.officer = world.actor("cem_officer")
        self.codes = [world.register(self.owner, identity=somebody(f"{world.tag}{n}")).code for n in range(3)]
        with world.session(self.owner) as session:
            self.unit = (
                session.connection()
                .exec_driver_sql("SELECT name FROM unit WHERE id = %(u)s", {"u": self.owner.unit_id})
                .scalar_one()
            )

    def answers(self, actor: Actor, identity: dict[str, Any]) -> tuple[object, object]:
        """What a search and a registration answer; nothing is registered."""
        try:
            with self.world.session(actor) as session:
                looked: object = search(Act(session, CARE), identity, limit_per_hour=NO_LIMIT)
        except Invalid as invalid:
            looked = invalid.problem()
        return looked, self._registered(actor, identity)

    def _registered(self, actor: Actor, identity: dict[str, Any]) -> object:
        wanted = Registration({"identity": {**identity, "age_years": 20}}, date(2024, 5, 2))
        session = self.world.runtime.database.open_session(actor)
        try:
            register(Act(session, CARE), wanted, probe_limit=NO_LIMIT)
        except PossibleDuplicate as duplicate:
            return duplicate.problem()
        finally:
            session.rollback()
            session.close()
        return None


@pytest.fixture
def hidden(world: World) -> Hidden:
    return Hidden(world)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions())
def test_a_stranger_learns_existence_and_the_unit(
    hidden: Hidden, question: tuple[int, dict[str, Any]]
) -> None:
    identity = asked(hidden.world.tag, question)
    looked, registered = hidden.answers(hidden.officer, identity)
    absent = hidden.answers(hidden.officer, asked(f"{hidden.world.tag}-nadie", question))
    unit = {"unit": hidden.unit}
    if isinstance(
        looked, dict
    ):  # too little to look anybody up by: the answer does not depend on the register
        assert (looked, registered) == absent
        return
    assert absent == ([], None)
    assert looked in ([], [unit])
    if registered is None:
        return
    assert isinstance(registered, dict)
    assert registered["duplicates"] == [unit]
    assert set(registered) == {"type", "title", "status", "detail", "duplicates", "continue_with"}
    told = str((looked, registered))
    true = somebody(f"{hidden.world.tag}{question[0]}")
    secrets = [
        *without(true, "documents", "birth_place").values(),
        true["documents"][0]["number"],
        *hidden.codes,
    ]
    assert not [secret for secret in secrets if secret in told]


def test_the_property_is_able_to_fail(hidden: Hidden) -> None:
    """The same questions by her own unit do tell more: the check above would see it."""
    looked, registered = hidden.answers(hidden.owner, somebody(f"{hidden.world.tag}0"))
    assert looked != [{"unit": hidden.unit}]
    assert isinstance(registered, dict)
    assert registered["duplicates"][0]["code"] == hidden.codes[0]


def test_several_hidden_persons_are_units_in_an_order_that_tells_nothing(world: World) -> None:
    woman = somebody(world.tag)
    for role in ("police_investigator", "cem_officer", "udavit_officer"):
        identity = woman if role == "cem_officer" else without(woman, "documents")
        world.register(world.actor(role), identity=identity)
    found = ok(world.client(world.actor("cem_officer")).post(f"{API}/search", json=woman))["items"]
    assert [set(match) for match in found] == [{"unit"}] * 3
    assert found == sorted(found, key=lambda match: match["unit"])


def test_after_the_hourly_limit_nothing_is_answered_however_it_is_asked(world: World) -> None:
    woman = without(somebody(world.tag), "documents")
    world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    client = world.client(officer)
    limit = Settings().probe_limit_per_hour
    statuses = [client.post(f"{API}/search", json=woman).status_code for _ in range(limit)]
    assert set(statuses) == {200}
    assert client.post(f"{API}/search", json=woman).status_code == 429
    assert client.post(API, json=registration(woman)).status_code == 429
    nobody = without(somebody(f"{world.tag}-nadie"), "documents")
    answers = [client.post(f"{API}/search", json=identity).json() for identity in (woman, nobody)]
    assert answers[0] == answers[1]


def test_a_change_that_comes_too_late_looks_nobody_up(world: World) -> None:
    """Or a wrong version would tell of any document whether somebody has it, uncounted where nobody does."""
    woman = somebody(world.tag)
    world.register(world.actor("police_investigator"), identity=woman)
    officer = world.actor("cem_officer")
    hers = world.register(officer, identity=somebody(f"{world.tag}-otra"))
    client = world.client(officer)
    for documents in (woman["documents"], somebody(f"{world.tag}-nadie")["documents"]):
        body = {"documents": documents}
        for compartment, version in (("identity", 7), ("identity", 0)):
            changed = client.patch(
                f"{API}/{hers.code}/{compartment}", json=body, headers={"If-Match": f'"{version}"'}
            )
            assert changed.status_code == 412, changed.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"documents": []},
        {"given_names": "Rosa"},
        {"birth_date": "2001-02-03"},
        {"first_surname": "Quispe", "second_surname": "Mamani"},
        {"birth_date": "2999-01-01", "given_names": "Rosa"},
        {"birth_place": "999999"},
        {"given_names": "\x00"},
        {"documents": [{"type": "XX", "number": "1"}]},
        {"aliases": ["Rosa"]},
        {"given_names": 7},
    ],
)
def test_too_little_or_wrong_is_refused_by_name(world: World, body: dict[str, Any]) -> None:
    answer = world.client(world.actor("cem_officer")).post(f"{API}/search", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert "Quispe" not in answer.text
