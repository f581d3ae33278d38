"""Candidates side by side: what each viewer sees, what is recorded, and what a decision keeps."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.codes import new_code
from app.matching import RULES_VERSION
from app.services.matching.candidates import write
from tests.factories import World
from tests.merging.story import two_of

IDENTITY = {
    "given_names": "Rosa María",
    "first_surname": "Quispe",
    "second_surname": "Mamani",
    "birth_date": "2001-04-09",
    "documents": [{"type": "DNI", "number": "71234568", "country": "PE"}],
}
VERDICTS = {
    "given_names": "EQUAL",
    "first_surname": "SIMILAR",
    "second_surname": "MISSING",
    "birth_date": "EQUAL",
    "documents": "DIFFERENT",
    "birth_place": "MISSING",
}


class Case:
    """Two records, of one unit or of two, noted as alike."""

    def __init__(self, world: World, *, one_unit: bool, owner: Engine) -> None:
        self.world = world
        self.owner = owner
        self.first = world.actor("cem_officer")
        self.second = self.first if one_unit else world.actor("cem_officer")
        self.a = world.register(self.first, identity=IDENTITY)
        other = {**IDENTITY, "first_surname": "Quispee", "birth_date": "1979-01-30", "documents": []}
        self.b = world.register(self.second, identity={**other, "given_names": "Julia"})
        self.code = self.note(self.a.victim_id, self.b.victim_id)

    def note(self, one: int, other: int) -> str:
        """Note two records as alike; returns the candidate's code."""
        code = new_code("DU")
        row: dict[str, Any] = {
            "code": code, "victim_id": one, "other_id": other, "band": 2,
            "score": 11.0, "fields": VERDICTS, "rules_version": RULES_VERSION, "origin": "REGISTRO",
        }  # fmt: skip
        with self.world.session(self.second) as session:
            write(Act(session, CARE), [row], origin="REGISTRO")
        return code

    def events(self, actor: Actor, action: str) -> list[int | None]:
        with self.owner.connect() as connection:
            rows = connection.execute(
                text("SELECT victim_id FROM audit_event WHERE user_id = :u AND action = :a ORDER BY id"),
                {"u": actor.user_id, "a": action},
            )
            return [row[0] for row in rows]

    def get(self, actor: Actor) -> Any:
        return self.world.client(actor).get(f"/api/v1/matching/candidates/{self.code}")

    def post(self, actor: Actor, body: dict[str, Any], version: int = 1) -> Any:
        return self.world.client(actor).post(
            f"/api/v1/matching/candidates/{self.code}/decisions",
            json=body,
            headers={"If-Match": f'"{version}"'},
        )


@pytest.fixture
def ours(world: World, owner: Engine) -> Case:
    return Case(world, one_unit=True, owner=owner)


@pytest.fixture
def apart(world: World, owner: Engine) -> Case:
    return Case(world, one_unit=False, owner=owner)


def _codes(answer: Any) -> list[str]:
    return [item["code"] for item in answer.json()["items"]]


def test_who_sees_both_sees_both(ours: Case) -> None:
    answer = ours.get(ours.first)
    assert answer.status_code == 200
    body = answer.json()
    assert answer.headers["ETag"] == '"1"'
    assert [side["code"] for side in body["records"]] == [ours.a.code, ours.b.code]
    fields = {row["field"]: row for row in body["fields"]}
    assert fields["given_names"]["verdict"] == "EQUAL"
    assert fields["given_names"]["values"][0]["given_names"] == "Rosa María"
    assert fields["given_names"]["values"][1]["given_names"] == "Julia"
    assert set(body["decisions"]) == {"MISMA", "DISTINTA", "NO_SE"}
    assert ours.events(ours.first, "matching.review") == [ours.a.victim_id, ours.b.victim_id]


def test_who_sees_one_of_them_sees_no_pair(apart: Case) -> None:
    for actor in (apart.first, apart.second):
        assert apart.get(actor).status_code == 404
        listed = apart.world.client(actor).get("/api/v1/matching/candidates")
        assert apart.code not in _codes(listed)
        assert apart.post(actor, {"decision": "MISMA"}).status_code == 404


def test_the_custody_sees_verdicts_and_masks_alone(apart: Case) -> None:
    steward = apart.world.actor("registry_steward")
    answer = apart.get(steward)
    assert answer.status_code == 200
    for secret in ("Rosa", "Quispe", "Mamani", "2001-04", "1979-01", "Julia", "71234568"):
        assert secret not in answer.text
    assert {value for row in answer.json()["fields"] for value in row["values"]} == {"••••"}
    assert {row["field"]: row["verdict"] for row in answer.json()["fields"]} == VERDICTS
    assert apart.events(steward, "matching.review") == [apart.a.victim_id, apart.b.victim_id]


def test_the_look_is_in_the_log_of_both(apart: Case) -> None:
    apart.get(apart.world.actor("registry_steward"))
    for actor, person in ((apart.first, apart.a), (apart.second, apart.b)):
        log = apart.world.client(actor).get(f"/api/v1/victims/{person.code}/access-log").json()
        assert "matching.review" in [entry["action"] for entry in log["items"]]


def test_a_pair_merged_meanwhile_waits_no_more_until_it_is_split(ours: Case) -> None:
    client, two = ours.world.client(ours.first), two_of(ours.world)
    two.merge(ours.a.code, ours.b.code)
    assert ours.code not in _codes(client.get("/api/v1/matching/candidates"))
    assert ours.get(ours.first).json()["one_person"] is True
    refused = ours.post(ours.first, {"decision": "DISTINTA"})
    assert refused.status_code == 409
    assert "separen" in refused.json()["detail"]
    two.split(ours.a.code, ours.b.code)
    assert ours.code in _codes(client.get("/api/v1/matching/candidates"))
    assert ours.post(ours.first, {"decision": "DISTINTA"}).status_code == 200


def test_the_list(ours: Case) -> None:
    client = ours.world.client(ours.first)
    assert ours.code in _codes(client.get("/api/v1/matching/candidates"))
    assert ours.code in _codes(client.get("/api/v1/matching/candidates", params={"band": "PROBABLE"}))
    assert ours.code not in _codes(client.get("/api/v1/matching/candidates", params={"band": "EXACTA"}))
    assert ours.code not in _codes(client.get("/api/v1/matching/candidates", params={"state": "MISMA"}))
    for wrong in ({"band": "X"}, {"state": "X"}, {"cursor": "!"}, {"limit": 0}):
        assert client.get("/api/v1/matching/candidates", params=wrong).status_code in {400, 422}


def test_pages(world: World, owner: Engine) -> None:
    case = Case(world, one_unit=True, owner=owner)
    third = world.register(
        case.first, identity={"given_names": "Elva", "first_surname": "Huamaní", "birth_year": 1990}
    )
    for other in (case.a, case.b):
        case.note(other.victim_id, third.victim_id)
    client, seen, cursor = world.client(case.first), [], None
    for _ in range(3):
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = client.get("/api/v1/matching/candidates", params=params).json()
        seen += [item["code"] for item in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert len(set(seen)) == 3


def test_the_same_person_is_told_how_to_merge(ours: Case) -> None:
    answer = ours.post(ours.first, {"decision": "MISMA", "reason": "MISMOS_DATOS"})
    assert answer.status_code == 200
    step = answer.json()["next"]
    assert step["href"] == "/api/v1/matching/merges"
    assert step["body"] == {"keep": ours.a.code, "absorb": ours.b.code}
    assert ours.events(ours.first, "matching.decide") == [ours.a.victim_id, ours.b.victim_id]
    again = ours.post(ours.first, {"decision": "DISTINTA"}, version=2)
    assert again.status_code == 409


def test_a_pair_decided_is_not_asked_again(ours: Case) -> None:
    assert ours.post(ours.first, {"decision": "DISTINTA", "reason": "GEMELA"}).status_code == 200
    row: dict[str, Any] = {
        "code": "DU-otro", "victim_id": ours.a.victim_id, "other_id": ours.b.victim_id, "band": 3,
        "score": 30.0, "fields": VERDICTS, "rules_version": RULES_VERSION, "origin": "CAMBIO",
    }  # fmt: skip
    with ours.world.session(ours.first) as session:
        write(Act(session, CARE), [row], origin="CAMBIO")
    body = ours.get(ours.first).json()
    assert (body["state"], body["band"], body["decision_reason"]) == ("DISTINTA", "PROBABLE", "GEMELA")


def test_who_does_not_know_may_know_later(ours: Case) -> None:
    assert ours.post(ours.first, {"decision": "NO_SE"}).json()["next"] is None
    listed = ours.world.client(ours.first).get("/api/v1/matching/candidates", params={"state": "NO_SE"})
    assert ours.code in _codes(listed)
    assert ours.post(ours.first, {"decision": "DISTINTA"}, version=2).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "QUIZA"},
        {"decision": "NO_SE", "reason": "GEMELA"},
        {"decision": "MISMA", "reason": "GEMELA"},
        {"decision": "DISTINTA", "reason": "X" * 61},
        {"decision": "MISMA", "more": 1},
        {},
    ],
)
def test_wrong_decisions(ours: Case, body: dict[str, Any]) -> None:
    answer = ours.post(ours.first, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {"decision", "reason", "?", "more"}
    assert ours.get(ours.first).json()["state"] == "PENDIENTE"


def test_one_of_two_decisions_wins(ours: Case) -> None:
    path = f"/api/v1/matching/candidates/{ours.code}/decisions"
    client = ours.world.client(ours.first)
    assert client.post(path, json={"decision": "MISMA"}).status_code == 428
    assert ours.post(ours.first, {"decision": "MISMA"}, version=7).status_code == 412
    assert ours.post(ours.first, {"decision": "NO_SE"}).status_code == 200
    assert ours.post(ours.first, {"decision": "MISMA"}).status_code == 412


def test_roles_without_the_permission(ours: Case) -> None:
    for role in ("psychologist", "analyst", "data_protection_officer", "institution_admin"):
        actor = ours.world.actor(role)
        assert ours.get(actor).status_code == 403
        assert ours.world.client(actor).get("/api/v1/matching/candidates").status_code == 403


def test_codes_that_are_none(ours: Case) -> None:
    client = ours.world.client(ours.first)
    for code in ("TP-0000-0000", "DU-0000-0000-0000", "x", ours.a.code):
        assert client.get(f"/api/v1/matching/candidates/{code}").status_code == 404


def test_the_database_alone_keeps_the_pair_from_who_sees_one(apart: Case) -> None:
    """Nothing of the application: statements of the bound actor only."""
    with apart.world.session(apart.first) as session:
        held = session.execute(text("SELECT count(*) FROM match_candidate")).scalar_one()
        sides = session.execute(
            text("SELECT count(*) FROM ruv.candidate_sides(ARRAY(SELECT generate_series(1, 100000)))")
        ).scalar_one()
        reviews = session.execute(text("SELECT ruv.reviews(:b)"), {"b": apart.b.victim_id}).scalar_one()
    assert (held, sides, reviews) == (0, 0, False)


def test_nobody_writes_a_look_into_a_log_without_a_candidate(apart: Case) -> None:
    from app.audit import record
    from app.errors import Unavailable

    stranger = apart.world.register(apart.first, identity={"given_names": "Sola", "first_surname": "Cruz"})
    steward = apart.world.actor("registry_steward")
    with pytest.raises(Unavailable), apart.world.session(steward) as session:
        record(Act(session, CARE), "matching.review", victim_id=stranger.victim_id)
    with pytest.raises(Unavailable), apart.world.session(steward) as session:
        record(Act(session, CARE), "victims.read", victim_id=apart.a.victim_id)


def test_a_planted_hole_shows(apart: Case) -> None:
    """With the policy of the table open, the function still gives no side."""
    with apart.owner.begin() as connection:
        connection.execute(text("CREATE POLICY hole ON match_candidate FOR SELECT TO ruv_app USING (true)"))
    try:
        assert apart.get(apart.first).status_code == 404
        with apart.world.session(apart.first) as session:
            assert session.execute(text("SELECT count(*) FROM match_candidate")).scalar_one() > 0
    finally:
        with apart.owner.begin() as connection:
            connection.execute(text("DROP POLICY hole ON match_candidate"))


def test_a_decision_cannot_be_written_for_somebody_else(ours: Case) -> None:
    statement = (
        "UPDATE match_candidate SET state = 'MISMA', decided_at = now(), decided_by = :u,"
        " decided_unit_id = :n WHERE code = :c"
    )
    other = ours.world.actor("cem_officer")
    values = {"u": other.user_id, "n": other.unit_id, "c": ours.code}
    with pytest.raises(DBAPIError), ours.world.session(ours.first) as session:
        session.execute(text(statement), values)
