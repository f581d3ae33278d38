"""A consent opens what it names and nothing else; withdrawn, everything that rests on it is over at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.records.kinds import today
from app.services.scheduler.sweeping import sweep
from tests.cases.story import API, at_once, ok, problem, registered, rows, shared_with, unit_code
from tests.consents.story import CHILD, give, on_consent, shared_on_consent, withdraw
from tests.factories import World

PERSON_TABLES = (
    *("victim", "trafficking_case", "participation", "profile", "victim_blob", "victim_key"),
    *("compartment_head", "consent", "consent_event", "objection", "plan"),
)


def test_a_consent_is_read_back_and_its_words_are_sealed(world: World) -> None:
    person = registered(world)
    unit = unit_code(world, world.actor("health_officer"))
    code = ok(give(person.client, person.case, unit, witness="Zoila Testigo", notes="Con calma"), 201)["code"]
    read = ok(person.client.get(f"{API}/consents/{code}"))
    assert (read["state"], read["witness"], read["notes"]) == ("VIGENTE", "Zoila Testigo", "Con calma")
    assert [named["code"] for named in read["to_units"]] == [unit]
    (listed,) = ok(person.client.get(f"{API}/consents", params={"case": person.case}))["items"]
    assert listed["code"] == code
    assert "witness" not in listed
    with world.session(person.officer) as session:
        stored = session.scalar(text("SELECT sealed FROM consent WHERE code = :c"), {"c": code})
        assert b"Zoila" not in bytes(stored)
    problem(world.client(world.actor("cem_officer")).get(f"{API}/consents/{code}"), 404)


def test_giving_it_twice_with_one_key_records_it_once(world: World) -> None:
    person = registered(world)
    unit = unit_code(world, world.actor("health_officer"))
    person.client.headers["Idempotency-Key"] = "una-vez"
    first = ok(give(person.client, person.case, unit), 201)["code"]
    assert ok(give(person.client, person.case, unit), 201)["code"] == first
    assert rows(world, person.officer, "consent", person.victim_id) == 1


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"purposes": None}, "purposes"),
        ({"purposes": ["OTRA_COSA"]}, "purposes"),
        ({"compartments": ["secretos"]}, "compartments"),
        ({"compartments": None}, "compartments"),
        ({"to_units": ["NADIE"]}, "to_units"),
        ({"to_units": []}, "to_units"),
        ({"to_institutions": ["NADIE"]}, "to_institutions"),
        ({"language": None}, "language"),
        ({"form": "VERBAL_REGISTRADO"}, "witness"),
        ({"valid_until": str(today() - timedelta(days=1))}, "valid_until"),
        ({"valid_from": str(today() + timedelta(days=1))}, "valid_from"),
        ({"given_by": "REPRESENTANTE"}, "given_by"),
        ({"text_version": None}, "text_version"),
    ],
)
def test_what_is_missing_or_wrong_is_named(world: World, fields: dict[str, Any], named: str) -> None:
    person = registered(world)
    fields = {"to_units": [person.officer.username], **fields} if "to_units" not in fields else fields
    if fields["to_units"] == [person.officer.username]:
        fields["to_units"] = [unit_code(world, person.officer)]
    refused = problem(give(person.client, person.case, **fields), 422)
    assert named in [error["field"].split(".")[0] for error in refused["errors"]]
    assert rows(world, person.officer, "consent", person.victim_id) == 0


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 201),
        ({"given_by": "PERSONA"}, 422),
        ({"backed_by": None}, 422),
        ({"representative_name": None}, 422),
        ({"representative_suspected": None}, 422),
        ({"representative_suspected": "SI"}, 409),
        ({"representative_suspected": "NO_SABE"}, 409),
        ({"given_by": "REPRESENTANTE"}, 422),
        ({"given_by": "REPRESENTANTE", "no_assent_reason": "EDAD"}, 201),
        ({"backed_by": "UPE"}, 422),
    ],
)
def test_a_childs_consent_needs_her_assent_and_who_backs_it(
    world: World, change: dict[str, Any], status: int
) -> None:
    person = registered(world, age_years=12)
    unit = unit_code(world, world.actor("health_officer"))
    answer = give(person.client, person.case, unit, **{**CHILD, **change})
    assert answer.status_code == status, answer.text


def test_the_upe_decides_where_the_guardian_is_a_suspect(world: World) -> None:
    person = registered(world, role="upe_officer", age_years=9)
    unit = unit_code(world, world.actor("health_officer"))
    suspect = {**CHILD, "representative_suspected": "SI"}
    refused = problem(give(person.client, person.case, unit, **suspect), 409)
    assert "UPE" in refused["detail"]
    assert "Apaza" not in str(refused)
    by_upe = {**CHILD, "backed_by": "UPE", "representative_name": None, "representative_suspected": None}
    ok(give(person.client, person.case, unit, **by_upe), 201)


def test_who_the_record_calls_a_suspect_is_one_whatever_the_form_says(world: World) -> None:
    person = registered(world, age_years=12)
    family = [{"name": "ROSA  Apaza", "relation": "tía", "suspected": "SI"}]
    ok(
        person.client.patch(
            f"{API}/victims/{person.victim}/contact", json={"family": family}, headers={"If-Match": '"0"'}
        )
    )
    unit = unit_code(world, world.actor("health_officer"))
    problem(give(person.client, person.case, unit, **CHILD), 409)
    other = {**CHILD, "representative_name": "Elena Quispe"}
    code = ok(give(person.client, person.case, unit, **other), 201)["code"]
    problem(
        withdraw(
            person.client, code, "REPRESENTANTE",
            representative_name="Rosa Apaza Mamani", representative_suspected="NO",
        ),
        409,
    )  # fmt: skip
    ok(withdraw(person.client, code))


def test_a_referral_on_consent_needs_one_that_covers_it(world: World) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit, other = unit_code(world, health), unit_code(world, world.actor("udavit_officer"))
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    stranger = registered(world)
    foreign = ok(give(stranger.client, stranger.case, unit), 201)["code"]
    for code, to, body in (
        (None, unit, {}),
        ("CN-0000", unit, {}),
        (foreign, unit, {}),
        (consent, other, {}),
        (consent, unit, {"compartments": ["identity", "health"]}),
        (consent, unit, {"legal_basis": "MANDATO_LEGAL"}),
    ):
        refused = problem(on_consent(person.client, person.case, code, to, **body), 422)
        assert [error["field"] for error in refused["errors"]] == ["consent"]
    ok(on_consent(person.client, person.case, consent, unit), 201)
    ok(withdraw(person.client, consent))
    problem(on_consent(person.client, person.case, consent, unit), 422)


def test_a_consent_to_an_institution_covers_its_units(world: World) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit = unit_code(world, health)
    consent = ok(give(person.client, person.case, to_institutions=[f"I-{unit}"]), 201)["code"]
    ok(on_consent(person.client, person.case, consent, unit), 201)


def test_withdrawing_ends_everything_at_once(world: World) -> None:
    person = registered(world)
    health, client, referral, consent = shared_on_consent(world, person)
    waiting = world.actor("udavit_officer")
    assert rows(world, health, "participation", person.victim_id) == 1
    ok(client.get(f"{API}/victims/{person.victim}"))
    session = world.runtime.database.open_session(health)
    seen = text("SELECT count(*) FROM victim_blob WHERE victim_id = :v")
    assert session.scalar(seen, {"v": person.victim_id})
    done = ok(withdraw(person.client, consent, note="Ya no quiero"))
    assert session.scalar(seen, {"v": person.victim_id}) == 0  # a transaction that was open all along
    session.rollback()
    session.close()
    assert [ended["referral"] for ended in done["ended"]] == [referral]
    assert done["kept"] == []
    looks = {(look["action"], look["compartment"]) for look in done["cannot_be_recalled"]}
    assert ("victims.read", "identity") in looks
    assert {look["unit"]["code"] for look in done["cannot_be_recalled"]} == {unit_code(world, health)}
    for path in (f"victims/{person.victim}", f"cases/{person.case}", f"consents/{consent}"):
        problem(client.get(f"{API}/{path}"), 404)
    assert ok(client.get(f"{API}/cases"))["items"] == []
    notices = ok(client.get(f"{API}/notices"))["items"]
    assert [notice["subject"] for notice in notices][:1] == [referral]
    assert person.case not in str(notices)
    with world.session(health) as bound:
        told = text("SELECT kind, subject_code FROM notice WHERE victim_id = :v")
        assert bound.execute(told, {"v": person.victim_id}).all() == [("CONSENTIMIENTO_RETIRADO", referral)]
    body = ok(client.get(f"{API}/referrals/{referral}"))
    assert not {"victim", "case", "message"} & set(body)
    assert (body["state"], body["result"]) == ("INTERRUMPIDA", "CONSENTIMIENTO_RETIRADO")
    for table in PERSON_TABLES[1:]:
        assert rows(world, health, table, person.victim_id) == 0
    assert rows(world, waiting, "consent", person.victim_id) == 0
    again = problem(withdraw(person.client, consent), 409)
    assert "Retirado" in again["detail"]


def test_what_waits_for_an_answer_is_withdrawn_too(world: World) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit = unit_code(world, health)
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    referral = ok(on_consent(person.client, person.case, consent, unit), 201)["code"]
    ok(withdraw(person.client, consent))
    client = world.client(health)
    assert ok(client.get(f"{API}/referrals/{referral}"))["state"] == "RETIRADA"
    problem(client.post(f"{API}/referrals/{referral}/answer", json={"decision": "accept"}), 409)


def test_who_receives_may_record_the_withdrawal_and_loses_its_view(world: World) -> None:
    person = registered(world)
    _, client, referral, consent = shared_on_consent(world, person)
    done = ok(withdraw(client, consent))
    assert [ended["referral"] for ended in done["ended"]] == [referral]
    problem(client.get(f"{API}/cases/{person.case}"), 404)


def test_another_basis_is_not_touched(world: World) -> None:
    person = registered(world)
    _, by_law, _ = shared_with(world, person, "udavit_officer")
    _, _, _, consent = shared_on_consent(world, person)
    ok(withdraw(person.client, consent))
    ok(by_law.get(f"{API}/victims/{person.victim}"))


def test_a_housed_person_stays_in_sight_until_she_leaves(world: World) -> None:
    person = registered(world)
    shelter, client, referral, consent = shared_on_consent(world, person, "car_caseworker")
    placement = ok(client.post(f"{API}/placements", json={"case": person.case}), 201)["code"]
    done = ok(withdraw(person.client, consent))
    assert done["ended"] == []
    (kept,) = done["kept"]
    assert (kept["referral"], kept["legal_basis"], kept["until"]) == (referral, "INTERES_VITAL", "egreso")
    ok(client.get(f"{API}/victims/{person.victim}"))
    ok(
        client.post(
            f"{API}/placements/{placement}/exit",
            json={"reason": "VIDA_INDEPENDIENTE"},
            headers={"If-Match": '"1"'},
        )
    )
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    assert rows(world, shelter, "participation", person.victim_id) == 0


def test_nobody_is_left_without_anybody(world: World) -> None:
    person = registered(world)
    _, client, _, consent = shared_on_consent(world, person)
    ok(person.client.post(f"{API}/cases/{person.case}/participations/end"))
    refused = problem(withdraw(client, consent), 409)
    assert "incorpore" in refused["detail"]
    ok(client.get(f"{API}/cases/{person.case}"))


def test_a_newer_version_carries_what_it_covers_and_ends_the_rest(world: World) -> None:
    person = registered(world)
    health, client, _, consent = shared_on_consent(world, person)
    wide = ok(
        give(
            person.client, person.case, unit_code(world, health), replaces=consent, purposes=["ALOJAMIENTO"]
        ),
        201,
    )["code"]
    assert ok(person.client.get(f"{API}/consents/{consent}"))["state"] == "REEMPLAZADO"
    ok(client.get(f"{API}/victims/{person.victim}"))
    problem(give(person.client, person.case, unit_code(world, health), replaces=consent), 409)
    narrow = give(
        person.client, person.case, unit_code(world, health), replaces=wide, compartments=["identity"]
    )
    ok(narrow, 201)
    problem(client.get(f"{API}/victims/{person.victim}"), 404)


def test_of_two_withdrawals_at_once_one_ends_it(world: World) -> None:
    person = registered(world)
    _, _, _, consent = shared_on_consent(world, person)
    clients = [world.client(person.officer) for _ in range(2)]
    assert at_once([lambda c=c: withdraw(c, consent) for c in clients]) == [200, 409]


def test_sending_and_withdrawing_at_once_leaves_no_live_share(world: World) -> None:
    person = registered(world)
    health = world.actor("health_officer")
    unit = unit_code(world, health)
    consent = ok(give(person.client, person.case, unit), 201)["code"]
    first, second = world.client(person.officer), world.client(person.officer)
    answers = at_once(
        [
            lambda: on_consent(first, person.case, consent, unit),
            lambda: withdraw(second, consent),
        ]
    )
    assert answers in ([200, 201], [200, 422])  # the withdrawal is never the one that gives way
    with world.session(person.officer) as session:
        live = text("SELECT count(*) FROM referral WHERE victim_id = :v AND state = 'ENVIADA'")
        assert session.scalar(live, {"v": person.victim_id}) == 0


def test_the_clock_ends_what_rests_on_a_consent_whose_time_is_over(world: World) -> None:
    person = registered(world)
    health, client, referral, consent = shared_on_consent(world, person, valid_until=str(today()))
    ok(client.get(f"{API}/victims/{person.victim}"))
    sweep(world.runtime.database, at=datetime.now(UTC) + timedelta(days=2))
    problem(client.get(f"{API}/victims/{person.victim}"), 404)
    assert rows(world, health, "participation", person.victim_id) == 0
    assert ok(person.client.get(f"{API}/consents/{consent}"))["state"] == "VENCIDO"
    assert ok(person.client.get(f"{API}/referrals/{referral}"))["result"] == "CONSENTIMIENTO_VENCIDO"
    assert ok(person.client.get(f"{API}/referrals/{referral}"))["result_label"].startswith("Venció el")
    told = [n for n in ok(client.get(f"{API}/notices"))["items"] if n["subject"] == referral]
    assert [(n["kind"], n["case"]) for n in told] == [("CONSENTIMIENTO_VENCIDO", None)]
    problem(withdraw(person.client, consent), 409)


def test_a_withdrawn_consent_has_no_clock(world: World) -> None:
    person = registered(world)
    _, _, _, consent = shared_on_consent(world, person, valid_until=str(today() + timedelta(days=9)))
    running = text("SELECT state FROM clock WHERE subject_code = :c")
    with world.session(person.officer) as session:
        assert session.scalars(running, {"c": consent}).all() == ["CORRIENDO"]
    ok(withdraw(person.client, consent))
    with world.session(person.officer) as session:
        assert session.scalars(running, {"c": consent}).all() == ["ANULADO"]
