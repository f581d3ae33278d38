"""The index key changes while the service works: nobody is lost from sight, nothing of the old key stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from app.access.act import CARE, Act
from app.access.actor import MAINTENANCE, Actor
from app.errors import Conflict
from app.matching import person_of
from app.runtime import Runtime
from app.services.index_keys.keys import index_keys
from app.services.index_keys.rotation import rotate
from app.services.matching.marking import marks_of
from app.services.victims.changes import change
from app.services.victims.registration import Registration, register
from app.vault import RootKey, VaultError
from tests.factories import World
from tests.keys.people import (
    found,
    identity,
    lose,
    merge_rows,
    owner_sees,
    tamper,
    tokens_by_version,
    without_document,
)

PERSONS = 24


class Cut(Exception):
    """The rotation is cut off."""


def cut_after(records: int) -> Callable[[int, int], None]:
    """Progress that ends the process's work, as far as it can be seen from outside."""

    def told(done: int, total: int) -> None:
        assert total == PERSONS
        if done >= records:
            raise Cut

    return told


def silent(done: int, total: int) -> None:
    assert 0 < done <= total


@pytest.fixture
def clerk(office: World) -> Actor:
    return office.actor("cem_officer")


@pytest.fixture
def people(office: World, clerk: Actor) -> dict[str, dict[str, Any]]:
    """Registered persons by code."""
    made = [identity() for _ in range(PERSONS)]
    return {office.register(clerk, identity=who).code: who for who in made}


def all_found(office: World, clerk: Actor, people: dict[str, dict[str, Any]]) -> bool:
    return all(
        code in found(office, clerk, known)
        for code, who in people.items()
        for known in (who, without_document(who))
    )


def test_everybody_is_found_before_during_and_after(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    assert all_found(office, clerk, people)
    before = tokens_by_version(console)

    with pytest.raises(Cut):
        rotate(console.database, root, cut_after(PERSONS // 2), batch=PERSONS // 2)
    half = tokens_by_version(console)
    assert half[1] == before[1]
    assert before[1] // 3 < half[2] < before[1] * 2 // 3
    # The service was started before the new key was made.
    assert all_found(office, clerk, people)
    new = identity()
    people[office.register(clerk, identity=new).code] = new
    grown = tokens_by_version(console)
    assert grown[1] - half[1] == grown[2] - half[2] > 0, "written under both keys"
    assert all_found(office, clerk, people)

    done = rotate(console.database, root, silent, batch=5)
    assert (done.version, done.records) == (2, PERSONS + 1)
    assert all_found(office, clerk, people)
    after = tokens_by_version(console)
    assert set(after) == {2}, "nothing of the old key stays"
    assert after[2] == grown[1], "and all of them stand under the new one"


def test_a_rebuilt_token_is_the_one_registration_writes(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    rotate(console.database, root, silent)
    with office.session(clerk) as session:
        marks = {
            (m.token, m.kind, m.key_version)
            for who in people.values()
            for m in marks_of(index_keys(session), person_of(who))
        }
    stored = owner_sees(console, "SELECT token, kind, key_version FROM victim_token")
    assert set(stored) == marks


def test_a_document_once_known_keeps_finding_her(
    office: World, console: Runtime, root: RootKey, clerk: Actor
) -> None:
    first = identity()
    code = office.register(clerk, identity=first).code
    other = identity()["documents"]
    with office.session(clerk) as session:
        change(Act(session, CARE), code, "identity", 1, {"documents": other})
    rotate(console.database, root, silent)
    assert code in found(office, clerk, {"documents": first["documents"]})
    assert code in found(office, clerk, {"documents": other})


def test_a_merged_record_keeps_its_own_tokens(
    office: World, console: Runtime, root: RootKey, clerk: Actor
) -> None:
    one, other = identity(), identity()
    kept = office.register(clerk, identity=one)
    absorbed = office.register(clerk, identity=other)
    merge_rows(console, kept.victim_id, absorbed.victim_id)
    rotate(console.database, root, silent)
    with office.session(clerk) as session:
        marks = {
            (record.victim_id, mark.token)
            for record, who in ((kept, one), (absorbed, other))
            for mark in marks_of(index_keys(session), person_of(who))
        }
    assert set(owner_sees(console, "SELECT victim_id, token FROM victim_token")) == marks


def test_who_is_changed_meanwhile_is_found_by_the_new_data(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    with pytest.raises(Cut):
        rotate(console.database, root, cut_after(1), batch=1)
    early, late = min(people), max(people)  # one of them may be rebuilt, the other not
    for code in (early, late):
        people[code] = {**people[code], "documents": identity()["documents"]}
        with office.session(clerk) as session:
            change(Act(session, CARE), code, "identity", 1, {"documents": people[code]["documents"]})
    rotate(console.database, root, silent)
    assert all_found(office, clerk, people)


def test_registrations_go_on_all_the_while(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    ended = threading.Event()
    failed: list[BaseException] = []

    def register() -> None:
        try:
            while not ended.is_set():
                who = identity()
                people[office.register(clerk, identity=who).code] = who
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failed.append(error)

    writers = [threading.Thread(target=register) for _ in range(2)]
    for writer in writers:
        writer.start()
    for version in (2, 3):
        assert rotate(console.database, root, lambda *_: None, batch=3).version == version
    ended.set()
    for writer in writers:
        writer.join()
    assert not failed
    assert len(people) > PERSONS
    assert set(tokens_by_version(console)) == {3}
    with office.session(clerk) as session:
        marks = {m.token for who in people.values() for m in marks_of(index_keys(session), person_of(who))}
    assert {row[0] for row in owner_sees(console, "SELECT token FROM victim_token")} == marks


def test_who_is_being_registered_when_it_begins_is_waited_for(
    office: World, console: Runtime, root: RootKey, clerk: Actor
) -> None:
    who = identity()
    done = threading.Thread(target=rotate, args=(console.database, root, silent))
    with office.session(clerk) as session:
        assert [key.version for key in index_keys(session)] == [1]
        done.start()
        done.join(1)
        assert done.is_alive()
        code = register(Act(session, CARE), Registration({"identity": who}, date(2024, 5, 2))).code
    done.join(30)
    assert not done.is_alive()
    assert code in found(office, clerk, who)
    assert set(tokens_by_version(console)) == {2}


def test_two_at_once_are_refused(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    refused: list[str] = []

    def told(done: int, total: int) -> None:
        with pytest.raises(Conflict) as second:
            rotate(office.runtime.database, root, silent)
        refused.append(second.value.detail)

    rotate(console.database, root, told)
    assert refused == ["Ya hay un cambio de llave en marcha; espere a que termine."]


@pytest.mark.parametrize(
    "step", ["_retire_others", "_drop_old_tokens", "_finish"], ids=["retiring", "dropping", "ending"]
)
def test_cut_off_at_any_step_it_goes_on(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch, step: str,
) -> None:  # fmt: skip
    def cut(*_: object, **__: object) -> int:
        raise Cut

    with monkeypatch.context() as patched:
        patched.setattr(f"app.services.index_keys.rotation.{step}", cut)
        with pytest.raises(Cut):
            rotate(console.database, root, silent)
    assert all_found(office, clerk, people)
    assert rotate(console.database, root, silent).version == 2, "no third key is made"
    assert set(tokens_by_version(console)) == {2}
    assert all_found(office, clerk, people)


def test_what_is_opened_is_recorded_without_a_value(
    office: World, console: Runtime, root: RootKey, clerk: Actor, people: dict[str, dict[str, Any]]
) -> None:
    rotate(console.database, root, silent, batch=10)
    rows = owner_sees(console, "SELECT action, event FROM audit_event WHERE action LIKE 'keys.%' ORDER BY id")
    assert [action for action, _ in rows] == ["keys.rotate", *["keys.reindex"] * 3, "keys.rotate"]
    trace = " ".join(event for _, event in rows)
    assert '"compartments":["identity"]' in trace
    assert not [v for who in people.values() for v in who.values() if isinstance(v, str) and v in trace]


CALLS = (
    "ruv.reindex_batch(1)",
    "ruv.reindex_left()",
    "ruv.drop_tokens(0, 1)",
    "ruv.token_counts()",
    "ruv.put_tokens('{1}', '{1}', '{1}', 1, 1)",
)


def test_the_rebuild_is_nobody_elses(office: World) -> None:
    for role in ("cem_officer", "registry_steward", "data_protection_officer"):
        with office.session(office.actor(role)) as session:
            for call in CALLS:
                with pytest.raises(ProgrammingError, match="not permitted"), session.begin_nested():
                    session.connection().exec_driver_sql(f"SELECT * FROM {call}")  # noqa: S608 - listed above


def test_the_rebuild_sees_no_person_otherwise(office: World, people: dict[str, dict[str, Any]]) -> None:
    with office.session(MAINTENANCE) as session:
        for table in ("victim", "victim_blob", "victim_key", "victim_code", "profile", "trafficking_case"):
            rows = session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert rows.scalar_one() == 0, table


@pytest.mark.parametrize("damage", [tamper, lose])
def test_an_identity_that_does_not_open_stops_it_and_both_keys_stay(
    office: World,
    console: Runtime,
    root: RootKey,
    clerk: Actor,
    people: dict[str, dict[str, Any]],
    damage: Callable[[Runtime], None],
) -> None:
    damage(console)
    with pytest.raises(VaultError):
        rotate(console.database, root, silent, batch=4)
    (alarm,) = owner_sees(console, "SELECT event FROM audit_event WHERE action = 'seals.broken'")
    assert '"outcome":"error"' in alarm[0]
    with office.session(clerk) as session:
        assert [key.version for key in index_keys(session)] == [1, 2]
