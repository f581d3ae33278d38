"""What gives access takes two people: every way in which one human could be both, and what the two see."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.access.act import CARE, Act
from app.access.actor import SETUP, SIGN_IN
from app.access.policy import UNIT_KINDS as KNOWN_KINDS
from app.access.policy import policy
from app.errors import Invalid
from app.services.institutions.service import UNIT_KINDS, create_user
from tests.access.accounts import as_superuser, attempt, code_of, events, key_of, username_of
from tests.access.sql_checks import refused
from tests.accounts.office import (
    API,
    OWN,
    Institution,
    agreed,
    ask,
    create,
    decide,
    exchange,
    institution,
    made_by_one,
    me,
    name,
    ok,
    sign_in,
    signed,
)
from tests.cases.story import registered, unit_code
from tests.commands.steps import asked as asked_discard
from tests.commands.steps import decide as decide_command
from tests.commands.steps import invite
from tests.factories import World


@pytest.fixture
def place(world: World) -> Institution:
    return institution(world)


# Roles fit the kind of unit


def test_the_kinds_of_unit_are_written_alike() -> None:
    assert set(UNIT_KINDS) == KNOWN_KINDS


@pytest.mark.parametrize(("kind", "role"), [("ALBERGUE", "upe_officer"), ("UDAVIT", "prosecutor")])
def test_a_role_that_does_not_fit_the_unit_is_not_given(world: World, kind: str, role: str) -> None:
    place = institution(world, kind)
    body = {"username": name(), "unit": place.unit, "role": role}
    answer = place.client.post(f"{API}/accounts", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "does-not-fit")
    fitting = answer.json()["errors"][0]["choices"]
    assert fitting
    assert all(policy().fits(one, kind) for one in fitting)
    with world.session(SETUP) as session, pytest.raises(Invalid, match="no corresponde a una unidad"):
        create_user(Act(session, CARE), place.unit, name(), role, OWN)  # as `ruv user add` does
    analyst = place.member("analyst")
    made = (
        "INSERT INTO user_account (unit_id, institution_id, username, role, password_hash, failed_logins)"
        " VALUES (%(u)s, %(i)s, %(n)s, %(r)s, '!', 0)"
    )
    values = {"u": analyst.unit_id, "i": analyst.institution_id, "n": name(), "r": role, "a": analyst.user_id}
    for actor in (place.admin, SETUP):
        with world.session(actor) as session:
            assert refused(session, made, **values)
    with as_superuser(world) as connection, pytest.raises(Exception, match="role does not fit"):
        connection.exec_driver_sql("UPDATE user_account SET role = %(r)s WHERE id = %(a)s", values)


# The account waits, and so do its owner and everybody else


def test_an_account_that_waits_lets_nobody_in(world: World, place: Institution) -> None:
    waits = ask(place)
    assert (waits["state"], waits["must_change_password"]) == ("POR_APROBAR", False)
    for password in (f"{waits['first_half']}-{waits['first_half']}", "!"):
        assert sign_in(world, waits["username"], password).status_code == 401
        assert exchange(world, waits["username"], password).status_code == 401
    opened = (
        "INSERT INTO auth_session (id, user_id, expires_at)"
        " VALUES (gen_random_uuid(), %(a)s, now() + interval '1 hour')"
    )
    with world.session(SIGN_IN) as session:
        assert refused(session, opened, a=key_of(world, waits["account"]))
    found = ok(place.client.post(f"{API}/accounts/search", json={"state": "POR_APROBAR"}))["items"]
    assert [one["account"] for one in found] == [waits["account"]]


def test_neither_of_the_two_has_the_password_whole(world: World, place: Institution) -> None:
    asked = ask(place)
    done = ok(decide(world.client(place.second), asked["request"]))
    first, second = asked["first_half"], done["second_half"]
    assert first not in str(done)
    guesses = (first, second, f"{first}-{first}", f"{second}-{second}", f"{second}-{first}")
    for guess in guesses[:4]:
        assert exchange(world, asked["username"], guess).status_code == 401
    with as_superuser(world) as connection:
        left = connection.exec_driver_sql(
            "SELECT secret_mark FROM account_request WHERE code = %(c)s", {"c": asked["request"]}
        ).scalar_one()
    assert left is None
    trace = str(events(world, place.admin, "accounts.ask") + events(world, place.second, "accounts.approve"))
    assert asked["request"] in trace
    assert first not in trace
    assert second not in trace
    again = ok(place.client.get(f"{API}/account-requests/{asked['request']}"))
    assert (again["state"], again["possible"], again["decided_by"]) == (
        "EJECUTADA", [], username_of(world, place.second),
    )  # fmt: skip
    assert exchange(world, asked["username"], f"{first}-{second}").status_code == 200
    assert sign_in(world, asked["username"], OWN).status_code == 200


def test_who_may_be_the_second_person(world: World, place: Institution) -> None:
    asked = ask(place)
    code = asked["request"]
    colleague = world.actor("institution_admin", unit=unit_code(world, place.admin))
    stranger = institution(world).admin
    assert "otra persona" in decide(place.client, code).json()["detail"]
    for actor, status in ((place.admin, 403), (colleague, 403), (stranger, 404), (place.member(), 403)):
        assert decide(world.client(actor), code).status_code == status
    assert ok(world.client(colleague).get(f"{API}/account-requests/{code}"))["possible"] == []
    assert ok(world.client(place.second).get(f"{API}/account-requests/{code}"))["possible"] == [
        "approve", "refuse",
    ]  # fmt: skip
    officer = world.actor("data_protection_officer")  # of wherever
    assert ok(decide(world.client(officer), code))["second_half"]
    assert decide(world.client(place.second), code).status_code == 409


def test_a_shelter_of_one_unit_finds_its_second_person_with_the_data_protection_officer(world: World) -> None:
    unit = world.unit("ALBERGUE", name="Casa Luz")
    admin, officer = world.actor("institution_admin", unit=unit), world.actor("data_protection_officer")
    body = {"username": name(), "unit": unit, "role": "shelter_caseworker"}
    asked = ok(world.client(admin).post(f"{API}/accounts", json=body), 201)
    client = world.client(officer)
    seen = ok(client.get(f"{API}/account-requests/{asked['request']}"))
    assert (seen["unit"], seen["becomes"]["unit"]) == ("Centro de acogida (reservado)",) * 2
    assert "Casa Luz" not in str({**seen, "institution": ""})
    assert ok(decide(client, asked["request"]))["state"] == "EJECUTADA"


def test_a_system_is_no_second_person(world: World, place: Institution) -> None:
    asked = ask(place)
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE user_account SET service_account = true WHERE id = %(a)s", {"a": place.second.user_id}
        )
    assert decide(world.client(place.second), asked["request"]).status_code == 403


# One human with two accounts


def test_an_account_of_the_requesters_making_approves_nothing_for_it(
    world: World, place: Institution
) -> None:
    puppet = world.actor("institution_admin", unit=world.unit("CENTRAL", institution=place.code))
    made_by_one(world, place.admin, place.second, puppet, days=89)
    asked = ask(place)
    assert decide(world.client(puppet), asked["request"]).status_code == 403
    assert decide(world.client(puppet), asked["request"], "refusals").status_code == 403
    body = {"username": name(), "unit": place.unit, "role": "prosecutor"}
    back = ok(world.client(puppet).post(f"{API}/accounts", json=body), 201)
    for maker in (place.admin, place.second):  # who asked for it, and who approved it
        assert decide(world.client(maker), back["request"]).status_code == 403
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE account_request SET decided_at = decided_at - interval '2 days' WHERE account_id = %(a)s",
            {"a": puppet.user_id},
        )
    ok(decide(world.client(puppet), asked["request"]))


def test_a_password_of_the_requesters_asking_makes_a_puppet_too(world: World, place: Institution) -> None:
    third = world.actor("institution_admin", unit=world.unit("CENTRAL", institution=place.code))
    agreed(place, ok(place.client.post(f"{API}/accounts/{code_of(world, third)}/password"), 202))
    asked = ask(place)
    assert decide(world.client(third), asked["request"]).status_code == 403


@pytest.mark.parametrize("hand", ["each other", "a third"])
def test_a_case_is_not_discarded_by_two_accounts_of_one_human(
    world: World, place: Institution, hand: str
) -> None:
    person = registered(world)
    second = invite(world, person, "udavit_officer")
    code = asked_discard(person)
    if hand == "a third":
        made_by_one(world, place.admin, place.second, person.officer, second)
    else:
        made_by_one(world, second, place.second, person.officer)
    client = world.client(second)
    assert ok(client.get(f"{API}/commands/{code}"))["possible"] == ["refuse"]
    answer = decide_command(client, code, "approvals")
    assert (answer.status_code, "90 días" in answer.json()["detail"]) == (403, True)
    step = (
        "UPDATE command_request SET state = 'EJECUTADA', version = version + 1, decided_at = now(),"
        " decided_by = %(by)s, decided_unit_id = %(unit)s, decided_institution_id = %(institution)s"
        " WHERE code = %(code)s"
    )
    with world.session(second) as session:
        assert refused(session, step, **signed(second, code=code))
    with as_superuser(world) as connection:
        connection.exec_driver_sql("ALTER TABLE command_request DISABLE TRIGGER command_request_hands")
    try:
        with world.session(second) as session:  # the trigger is what refuses it
            assert not refused(session, step, **signed(second, code=code))
    finally:
        with as_superuser(world) as connection:
            connection.exec_driver_sql("ALTER TABLE command_request ENABLE TRIGGER command_request_hands")
    other = invite(world, person, "cem_officer")
    ok(decide_command(world.client(other), code, "approvals"))


# Who watches is not taken away by whom she watches


def test_the_data_protection_officer_is_closed_by_two_and_not_by_herself(
    world: World, place: Institution
) -> None:
    officer = place.member("data_protection_officer")
    tokens = ok(attempt(world, username_of(world, officer)))
    for account in (officer, place.second):
        asked = ok(place.client.post(f"{API}/accounts/{code_of(world, account)}/disable"), 202)
        assert asked["state"] == "ACTIVA"
        if account is officer:
            assert decide(world.client(officer), asked["request"]).status_code == 403
            assert me(world, tokens) == 200
            assert agreed(place, asked)["state"] == "DESACTIVADA"
            assert me(world, tokens) == 401
    other = world.actor("data_protection_officer")
    asked = ok(place.client.post(f"{API}/accounts/{code_of(world, officer)}/enable"), 202)
    assert agreed(place, asked, by=other)["state"] == "ACTIVA"


# What the second person does, and the first may take back


def test_a_request_is_refused_withdrawn_or_lapses_and_is_made_anew(world: World, place: Institution) -> None:
    asked = ask(place)
    again = f"{API}/accounts/{asked['account']}/password"
    assert place.client.post(again).json()["request"] == asked["request"]  # it waits already
    second = world.client(place.second)
    url = f"{API}/account-requests/{asked['request']}"
    wrong = second.post(f"{url}/refusals", json={"reason": "PORQUE_NO"}, headers={"If-Match": '"1"'})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "reason")
    assert ok(decide(second, asked["request"], "refusals"))["state"] == "RECHAZADA"
    renewed = ok(place.client.post(again), 202)
    assert decide(second, renewed["request"], "withdrawals").status_code == 403
    assert ok(decide(place.client, renewed["request"], "withdrawals"))["state"] == "RETIRADA"
    late = ok(place.client.post(again), 202)
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE account_request SET expires_at = now() WHERE code = %(c)s", {"c": late["request"]}
        )
    assert decide(second, late["request"]).json()["state"] == "VENCIDA"
    last = agreed(place, ok(place.client.post(again), 202))
    assert exchange(world, last["username"], last["initial_password"]).status_code == 200
    states = [one["state"] for one in ok(second.get(f"{API}/account-requests"))["items"]]
    assert states == ["EJECUTADA", "VENCIDA", "RETIRADA", "RECHAZADA"]
    assert ok(second.get(f"{API}/account-requests?waiting=true"))["items"] == []
    page = ok(second.get(f"{API}/account-requests?limit=3"))
    rest = ok(second.get(f"{API}/account-requests", params={"cursor": page["next"]}))
    assert [one["state"] for one in rest["items"]] == states[3:]


def test_what_changed_meanwhile_is_not_done(world: World, place: Institution) -> None:
    member = place.member("analyst")
    client = place.client
    ok(client.post(f"{API}/accounts/{code_of(world, member)}/disable"))
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE user_account SET role = 'prosecutor' WHERE id = %(a)s", {"a": member.user_id}
        )
    asked = ok(client.post(f"{API}/accounts/{code_of(world, member)}/enable"), 202)
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE user_account SET disabled_at = NULL WHERE id = %(a)s", {"a": member.user_id}
        )
    answer = decide(world.client(place.second), asked["request"])
    assert (answer.status_code, answer.json()["code"]) == (409, "changed")
    assert ok(client.get(f"{API}/account-requests/{asked['request']}"))["state"] == "PENDIENTE"


# Who is told


def test_heads_and_data_protection_officers_are_told(world: World, place: Institution) -> None:
    head, colleague = place.member(supervisor=True), place.member()
    officer = world.actor("data_protection_officer", unit=unit_code(world, place.second))
    elsewhere = world.actor("data_protection_officer")
    made = create(place)
    agreed(place, ok(place.client.post(f"{API}/accounts/{code_of(world, colleague)}/password"), 202))
    ok(place.client.post(f"{API}/accounts/{code_of(world, colleague)}/disable"))
    kinds = ["CUENTA_DESACTIVADA", "CUENTA_CLAVE_REPUESTA", "CUENTA_CREADA"]
    for actor, subject in ((head, made["username"]), (officer, made["account"])):
        client = world.client(actor)
        items = ok(client.get(f"{API}/notices"))["items"]
        assert [one["kind"] for one in items] == kinds
        assert items[-1]["subject"] == subject
        assert items[-1]["label"].startswith("Dos personas crearon una cuenta")
        ok(client.post(f"{API}/notices/{items[0]['code']}/read"))
        assert [one["kind"] for one in ok(client.get(f"{API}/notices"))["items"]] == kinds[1:]
    for actor in (colleague, elsewhere):
        with world.session(actor) as session:
            rows = session.execute(
                text("SELECT count(*) FROM account_notice WHERE account_id = :a"),
                {"a": key_of(world, made["account"])},
            )
            assert rows.scalar() == 0


def test_an_institution_without_an_officer_is_watched_by_the_registers(
    world: World, place: Institution
) -> None:
    elsewhere = world.actor("data_protection_officer")
    made = create(place)
    with world.session(elsewhere) as session:
        told = session.scalars(
            text("SELECT kind FROM account_notice WHERE account_id = :a"),
            {"a": key_of(world, made["account"])},
        ).all()
    assert told == ["CUENTA_CREADA"]
