"""Cases over HTTP and in the database: lists, details, moves, identification, re-entry."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from app.access.policy import policy
from app.catalogues import code_list
from app.services.cases.queries import FACE_FILTERS, may_filter
from tests.cases.story import API, move, ok, problem, registered, rows, shared_with
from tests.factories import World

NOTE = "La señora Apaza pidió no volver al campamento"


def test_the_work_list_pages_through_own_cases_only(world: World) -> None:
    officer = world.actor("cem_officer")
    mine = [world.register(officer, identity={"age_years": 30 + i}).case_code for i in range(5)]
    registered(world)
    client = world.client(officer)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = ok(client.get(f"{API}/cases", params=query))
        seen += [item["code"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert sorted(seen) == sorted(mine)
    assert len(seen) == 5


def test_the_latest_activity_comes_first(world: World) -> None:
    officer = world.actor("cem_officer")
    first, second = (world.register(officer, identity={"age_years": 30}).case_code for _ in range(2))
    client = world.client(officer)
    ok(move(client, first, "EN_ASISTENCIA_INMEDIATA"))
    assert [item["code"] for item in ok(client.get(f"{API}/cases"))["items"]] == [first, second]


def test_filters_select_by_state_and_by_visible_face(world: World) -> None:
    officer = world.actor("police_investigator")
    client = world.client(officer)
    woman = world.register(officer, identity={"sex": "MUJER", "age_years": 20}, legal={"department": "17"})
    man = world.register(officer, identity={"sex": "HOMBRE", "age_years": 20}, legal={"department": "08"})
    ok(move(client, man.case_code, "EN_ASISTENCIA_INMEDIATA"))

    def found(**query: str) -> set[str]:
        return {item["code"] for item in ok(client.get(f"{API}/cases", params=query))["items"]}

    assert found(sex="MUJER") == {woman.case_code}
    assert found(department="08") == {man.case_code}
    assert found(state="EN_ASISTENCIA_INMEDIATA") == {man.case_code}
    assert found(sex="MUJER", department="08") == set()


def test_an_unknown_filter_or_cursor_is_a_4xx_without_echo(world: World) -> None:
    client = world.client(world.actor("cem_officer"))
    assert (
        "Quispe" not in problem(client.get(f"{API}/cases", params={"first_surname": "Quispe"}), 422)["detail"]
    )
    refused = problem(client.get(f"{API}/cases", params={"state": "Quispe"}), 422)
    assert "EN_SEGUIMIENTO" in refused["errors"][0]["choices"]
    for cursor in ("x", "AAAA", "W10", "WyIyMDI0LTAxLTAxIiwgIkNBLTAwMDAtMDAwMCJd", "%00"):
        problem(client.get(f"{API}/cases", params={"cursor": cursor}), 400)


@pytest.mark.parametrize("role", sorted(policy().roles))
def test_a_field_the_role_does_not_see_is_no_filter(world: World, role: str) -> None:
    actor = world.actor(role)
    client = world.client(actor)
    reads = "cases:read" in policy().roles[role].permissions
    for name, field in FACE_FILTERS.items():
        if reads and may_filter(actor, field):
            ok(client.get(f"{API}/cases", params={name: code_list(str(field.codes)).codes[0]}))
            continue
        answer = client.get(f"{API}/cases", params={name: "X"})  # refused before its code is looked at
        body = problem(answer, 403)
        if reads:
            assert body["errors"][0]["field"] == name


def test_a_narrowed_unit_cannot_probe_what_it_was_not_given_by_filtering(world: World) -> None:
    person = registered(world, "police_investigator")
    _, client, _ = shared_with(world, person, "prosecutor", compartments=["identity"])
    assert len(ok(client.get(f"{API}/cases", params={"sex": "MUJER"}))["items"]) == 1
    assert ok(client.get(f"{API}/cases", params={"department": "17"}))["items"] == []


def test_detail_shows_what_the_role_may_see_and_says_so(world: World) -> None:
    person = registered(world, "police_investigator")
    own = person.client.get(f"{API}/cases/{person.case}")
    body = ok(own)
    assert own.headers["etag"] == '"1"'
    assert body["victim"] == person.victim
    assert body["exploitation"] == {
        "main_purpose": "EXPLOTACION_SEXUAL",
        "purposes": ["EXPLOTACION_SEXUAL"],
        "department": "17",
    }
    assert body["_access"]["legal"] == "partial"
    assert body["possible_states"][0] == "EN_ASISTENCIA_INMEDIATA"
    _, shelter, _ = shared_with(world, person, "shelter_caseworker")
    theirs = ok(shelter.get(f"{API}/cases/{person.case}"))
    assert theirs["exploitation"] is None
    assert theirs["transitions"] is None


def test_outside_the_scope_everything_is_404(world: World) -> None:
    person = registered(world)
    other = world.client(world.actor("prosecutor"))
    url = f"{API}/cases/{person.case}"
    problem(other.get(url), 404)
    problem(
        other.post(f"{url}/transitions", json={"to": "EN_ASISTENCIA_INMEDIATA"}, headers={"If-Match": '"1"'}),
        404,
    )
    problem(other.get(f"{url}/participations"), 404)
    problem(other.get(f"{url}/assignments"), 404)
    problem(other.post(f"{url}/assignments", json={"username": "x"}), 404)
    problem(other.get(f"{API}/cases/CA-0000-0000"), 404)
    problem(other.get(f"{API}/cases/1"), 404)


def test_the_whole_line_and_the_trace_of_each_step(world: World) -> None:
    person = registered(world)
    steps = ["EN_ASISTENCIA_INMEDIATA", "EN_ATENCION_ESPECIALIZADA", "EN_REINTEGRACION", "EN_SEGUIMIENTO"]
    for number, state in enumerate(steps, start=2):
        done = move(person.client, person.case, state, note=NOTE)
        assert ok(done)["version"] == number
        assert done.headers["etag"] == f'"{number}"'
    missing = problem(move(person.client, person.case, "CERRADO"), 422)
    assert missing["errors"][0]["field"] == "outcome"
    ok(move(person.client, person.case, "CERRADO", outcome="VIDA_INDEPENDIENTE"))
    body = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert body["outcome"] == "VIDA_INDEPENDIENTE"
    assert body["possible_states"] == []
    assert [t["to"] for t in body["transitions"]] == ["PRESUNTA_VICTIMA", *steps, "CERRADO"]
    assert body["transitions"][1]["note"] == NOTE
    with world.session(person.officer) as session:
        stored = session.execute(
            text("SELECT sealed FROM case_transition WHERE victim_id = :v AND sealed IS NOT NULL"),
            {"v": person.victim_id},
        ).scalars()
        assert all(NOTE.encode() not in bytes(sealed) for sealed in stored)
    with world.session(world.actor("data_protection_officer")) as session:
        events = session.execute(
            text("SELECT event FROM audit_event WHERE victim_id = :v AND action = 'cases.transition'"),
            {"v": person.victim_id},
        ).scalars()
        trace = list(events)
    assert len(trace) == 5
    assert not any("Apaza" in event for event in trace)


def test_an_illegal_move_says_what_is_possible_and_changes_nothing(world: World) -> None:
    person = registered(world)
    body = problem(move(person.client, person.case, "EN_REINTEGRACION"), 409)
    assert "En asistencia inmediata" in body["detail"]
    assert "EN_ASISTENCIA_INMEDIATA" in body["possible"]
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["version"] == 1


def test_discarding_waits_for_a_second_person(world: World) -> None:
    person = registered(world)
    before = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert "DESCARTADA" not in before["possible_states"]
    assert before["possible_with_two"] == ["DESCARTADA"]
    ok(move(person.client, person.case, "DESCARTADA", reason="SIN_INDICIOS"), 202)
    assert ok(person.client.get(f"{API}/cases/{person.case}"))["state"] == before["state"]


def test_an_adult_declines_and_returns_a_child_does_not(world: World) -> None:
    adult = registered(world)
    ok(move(adult.client, adult.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(adult.client, adult.case, "EN_ATENCION_ESPECIALIZADA"))
    problem(move(adult.client, adult.case, "DECLINA_ATENCION"), 422)
    ok(move(adult.client, adult.case, "DECLINA_ATENCION", reason="DECISION_PROPIA"))
    problem(move(adult.client, adult.case, "EN_REINTEGRACION", reason="ACEPTA_ATENCION"), 409)
    ok(move(adult.client, adult.case, "EN_ATENCION_ESPECIALIZADA", reason="ACEPTA_ATENCION"))
    for age in ({"age_years": 15}, {"age_years": None}):
        child = registered(world, **age)
        body = problem(move(child.client, child.case, "DECLINA_ATENCION", reason="DECISION_PROPIA"), 409)
        assert body["missing"] == ["adult"]


def test_a_lost_update_is_412_and_nothing_is_lost(world: World) -> None:
    person = registered(world)
    url = f"{API}/cases/{person.case}/transitions"
    assert person.client.post(url, json={"to": "EN_ASISTENCIA_INMEDIATA"}).status_code == 428
    ok(person.client.post(url, json={"to": "EN_ASISTENCIA_INMEDIATA"}, headers={"If-Match": '"1"'}))
    late = {"to": "ILOCALIZABLE", "reason": "SIN_CONTACTO"}
    problem(person.client.post(url, json=late, headers={"If-Match": '"1"'}), 412)
    body = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert (body["state"], body["version"]) == ("EN_ASISTENCIA_INMEDIATA", 2)


def test_who_may_not_write_the_outcome_does_not_close(world: World) -> None:
    police = registered(world, "police_investigator")
    ok(move(police.client, police.case, "EN_ASISTENCIA_INMEDIATA"))
    body = problem(move(police.client, police.case, "CERRADO", outcome="TRASLADO"), 403)
    assert body["errors"][0]["field"] == "outcome"


def test_identification_is_the_prosecutors_and_apart_from_the_state(world: World) -> None:
    person = registered(world, "police_investigator")
    _, fiscal, _ = shared_with(world, person, "prosecutor")
    url = f"{API}/cases/{person.case}/identification"
    done = ok(fiscal.post(url, json={"identification": "IDENTIFICADA_MPFN"}, headers={"If-Match": '"1"'}))
    assert done["version"] == 2
    problem(fiscal.post(url, json={"identification": "PRESUNTA"}, headers={"If-Match": '"2"'}), 409)
    body = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert (body["state"], body["identification"]) == ("PRESUNTA_VICTIMA", "IDENTIFICADA_MPFN")
    cem = registered(world)
    refused = cem.client.post(
        f"{API}/cases/{cem.case}/identification", json={"identification": "IDENTIFICADA_MPFN"},
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    problem(refused, 403)


def test_reentry_opens_a_new_case_under_the_same_person(world: World) -> None:
    person = registered(world)
    body = {"victim": person.victim, "first_identified_on": "2025-03-01", "state": "EN_ASISTENCIA_INMEDIATA"}
    assert problem(person.client.post(f"{API}/cases", json=body), 409)["case"] == person.case
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
    key = {"Idempotency-Key": "reingreso-1"}
    new = ok(person.client.post(f"{API}/cases", json=body, headers=key), 201)["code"]
    assert ok(person.client.post(f"{API}/cases", json=body, headers=key), 201)["code"] == new
    read = ok(person.client.get(f"{API}/cases/{new}"))
    assert read["victim"] == person.victim
    assert read["previous_case"] == person.case
    assert read["state"] == "EN_ASISTENCIA_INMEDIATA"
    assert rows(world, person.officer, "trafficking_case", person.victim_id) == 2
    problem(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"), 409)


def test_a_narrowed_unit_cannot_widen_its_view_by_a_reentry(world: World) -> None:
    person = registered(world)
    _, client, _ = shared_with(world, person, "prosecutor", compartments=["identity", "legal"])
    ok(move(person.client, person.case, "EN_ASISTENCIA_INMEDIATA"))
    ok(move(person.client, person.case, "CERRADO", outcome="TRASLADO"))
    body = {"victim": person.victim, "first_identified_on": "2025-03-01"}
    problem(client.post(f"{API}/cases", json=body), 403)


def test_free_text_never_comes_back_in_a_validation_error(world: World) -> None:
    person = registered(world)
    url = f"{API}/cases/{person.case}/transitions"
    body = {"to": "EN_ASISTENCIA_INMEDIATA", "note": NOTE + "\x00", "apaza": NOTE}
    answer = person.client.post(url, json=body, headers={"If-Match": '"1"'})
    problem(answer, 422)
    assert "Apaza" not in answer.text
    assert "apaza" not in answer.text
