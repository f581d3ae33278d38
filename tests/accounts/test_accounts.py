"""Administering accounts of one's institution over HTTP: what works, what ends at once, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.access.policy import policy
from app.services.access.rules import half_of_password, mark_of_half, whole_of, with_second_half
from tests.access.accounts import (
    as_superuser,
    attempt,
    code_of,
    events,
    key_of,
    service_account,
    set_account,
    username_of,
)
from tests.accounts.office import (
    API,
    OWN,
    Institution,
    agreed,
    create,
    exchange,
    institution,
    me,
    name,
    ok,
    sign_in,
)
from tests.factories import PASSWORD, World


@pytest.fixture
def place(world: World) -> Institution:
    return institution(world)


def test_a_new_account_signs_in_once_it_has_its_own_password(world: World, place: Institution) -> None:
    made = create(place, supervisor=True)
    assert made["must_change_password"] is True
    assert (made["state"], made["role_label"], made["supervisor"]) == ("ACTIVA", "Fiscalía (MPFN)", True)
    refused = sign_in(world, made["username"], made["initial_password"])
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:ruv:problem:password-change-required")
    tokens = ok(exchange(world, made["username"], made["initial_password"]))
    assert me(world, tokens) == 200
    assert sign_in(world, made["username"], made["initial_password"]).status_code == 401
    assert sign_in(world, made["username"], OWN).status_code == 200
    again = ok(place.client.get(f"{API}/accounts/{made['account']}"))
    assert again["must_change_password"] is False
    assert again["last_session_at"] is not None
    assert "initial_password" not in again
    trace = events(world, place.admin, "accounts.create")
    assert [e["detail"]["account"] for e in trace] == [key_of(world, made["account"])]
    assert made["initial_password"] not in str(trace)


def test_the_police_make_their_own_officers_accounts(world: World) -> None:
    place = institution(world, "PNP")
    made = create(place, role="police_investigator")
    assert ok(exchange(world, made["username"], made["initial_password"]))


@pytest.mark.parametrize("wrong", ["initial", "new", "lasting"])
def test_an_initial_password_is_exchanged_by_who_knows_it_for_a_better_one(
    world: World, place: Institution, wrong: str
) -> None:
    made = create(place)
    username, initial = made["username"], made["initial_password"]
    if wrong == "initial":
        assert exchange(world, username, "una-clave-que-no-es-esta").status_code == 401
    elif wrong == "new":
        for new in ("corta", initial, "contraseña123456"):
            answer = exchange(world, username, initial, new)
            assert answer.status_code == 422
            assert [e["field"] for e in answer.json()["errors"]] == ["new_password"]
            assert initial not in answer.text
    else:  # a lasting password is not exchanged here, and each try counts as a wrong one
        other = username_of(world, place.member())
        for _ in range(5):
            assert exchange(world, other, PASSWORD).status_code == 401
        assert attempt(world, other).status_code == 429
    assert exchange(world, username, initial).status_code == 200


def test_an_initial_password_is_good_for_a_few_days(world: World, place: Institution) -> None:
    made = create(place)
    until = datetime.fromisoformat(made["initial_password_until"])
    assert timedelta(days=6) < until - datetime.now(UTC) <= timedelta(days=7)
    with as_superuser(world) as connection:
        connection.exec_driver_sql(
            "UPDATE user_account SET initial_until = now() WHERE id = %(id)s",
            {"id": key_of(world, made["account"])},
        )
    assert sign_in(world, made["username"], made["initial_password"]).status_code == 401
    assert exchange(world, made["username"], made["initial_password"]).status_code == 401
    renewed = agreed(place, ok(place.client.post(f"{API}/accounts/{made['account']}/password"), 202))
    assert exchange(world, made["username"], renewed["initial_password"]).status_code == 200


def test_a_repeated_creation_makes_one_account_and_shows_no_password_again(place: Institution) -> None:
    body = {"username": name(), "unit": place.unit, "role": "prosecutor"}
    headers = {"Idempotency-Key": "una-sola-cuenta"}
    client = place.client
    first = ok(client.post(f"{API}/accounts", json=body, headers=headers), 201)
    second = ok(client.post(f"{API}/accounts", json=body, headers=headers), 201)
    assert second["account"] == first["account"]
    assert len(first["first_half"]) == 11
    assert (second["request"], second["first_half"]) == (None, None)
    assert client.post(f"{API}/accounts", json=body).status_code == 409


def test_what_a_new_account_may_not_be_is_named(world: World, place: Institution) -> None:
    elsewhere = institution(world)
    taken = username_of(world, elsewhere.member())
    cases: list[tuple[dict[str, Any], int, list[str]]] = [
        ({"unit": elsewhere.unit}, 422, ["unit"]),
        ({"unit": "NO-EXISTE"}, 422, ["unit"]),
        ({"role": "registry_steward"}, 422, ["role"]),
        ({"role": "upe_officer"}, 422, ["role"]),
        ({"role": "nadie"}, 422, ["role"]),
        ({"username": "con espacios no"}, 422, ["username"]),
        ({"username": taken}, 409, []),
    ]
    for more, status, fields in cases:
        body = {"username": name(), "unit": place.unit, "role": "prosecutor", **more}
        answer = place.client.post(f"{API}/accounts", json=body)
        assert answer.status_code == status, (more, answer.text)
        assert [e["field"] for e in answer.json().get("errors", [])] == fields
        assert taken not in answer.text


def test_a_closed_account_is_out_at_once_and_comes_back_without_its_old_sessions(
    world: World, place: Institution
) -> None:
    member = place.member()
    username = username_of(world, member)
    tokens = ok(attempt(world, username))
    client = place.client
    closed = ok(client.post(f"{API}/accounts/{code_of(world, member)}/disable"))
    assert closed["state"] == "DESACTIVADA"
    assert me(world, tokens) == 401
    assert attempt(world, username).status_code == 401
    assert (
        ok(client.post(f"{API}/accounts/{code_of(world, member)}/disable"))["disabled_at"]
        == closed["disabled_at"]
    )
    asked = ok(client.post(f"{API}/accounts/{code_of(world, member)}/enable"), 202)
    assert asked["state"] == "DESACTIVADA"
    assert agreed(place, asked)["state"] == "ACTIVA"
    assert me(world, tokens) == 401
    assert attempt(world, username).status_code == 200


def test_a_reset_password_ends_the_sessions_and_the_waiting(world: World, place: Institution) -> None:
    member = place.member()
    username = username_of(world, member)
    tokens = ok(attempt(world, username))
    set_account(world, member, failed_logins=9, locked_until=datetime.now(UTC) + timedelta(hours=1))
    asked = ok(place.client.post(f"{API}/accounts/{code_of(world, member)}/password"), 202)
    assert me(world, tokens) == 200  # asked is not done
    given = agreed(place, asked)
    assert given["state"] == "ACTIVA"
    assert me(world, tokens) == 401
    assert attempt(world, username).status_code == 401
    assert exchange(world, username, given["initial_password"]).status_code == 200


def test_an_account_that_waits_is_let_in_again(world: World, place: Institution) -> None:
    member = place.member()
    set_account(world, member, failed_logins=9, locked_until=datetime.now(UTC) + timedelta(hours=1))
    client = place.client
    assert ok(client.get(f"{API}/accounts/{code_of(world, member)}"))["state"] == "EN_ESPERA"
    found = ok(client.post(f"{API}/accounts/search", json={"state": "EN_ESPERA"}))["items"]
    assert [one["account"] for one in found] == [code_of(world, member)]
    assert ok(client.post(f"{API}/accounts/{code_of(world, member)}/unlock"))["state"] == "ACTIVA"
    assert attempt(world, username_of(world, member)).status_code == 200


@pytest.mark.parametrize("change", [{"role": "analyst"}, {"unit": True}, {"supervisor": True}])
def test_a_changed_account_signs_in_anew_as_what_it_is(
    world: World, place: Institution, change: dict[str, Any]
) -> None:
    member = place.member()
    tokens = ok(attempt(world, username_of(world, member)))
    wanted: dict[str, Any] = {
        "role": {"role": "analyst"},
        "unit": {"unit": world.unit("FISCALIA", institution=place.code)},
        "supervisor": {"supervisor": True},
    }[next(iter(change))]
    asked = ok(place.client.patch(f"{API}/accounts/{code_of(world, member)}", json=wanted), 202)
    assert me(world, tokens) == 200
    after = agreed(place, asked)
    for key, value in wanted.items():
        assert (after["unit"]["code"] if key == "unit" else after[key]) == value
    assert me(world, tokens) == 401
    assert me(world, ok(attempt(world, username_of(world, member)))) == 200
    assert [e["detail"]["kind"] for e in events(world, place.second, "accounts.approve")] == ["CAMBIO"]


def test_who_moves_to_another_unit_leaves_its_cases(world: World) -> None:
    place = institution(world, "CONSULADO")
    officer = place.member("consular_officer")
    sender = world.actor("cem_officer")
    person = world.register(sender, identity={"given_names": "Ana", "age_years": 30, "nationality": "VE"})
    with as_superuser(world) as connection:
        values = {"v": person.victim_id, "u": officer.unit_id, "w": officer.user_id}
        connection.exec_driver_sql(
            "INSERT INTO assignment (victim_id, case_id, unit_id, user_id, assigned_by)"
            " SELECT %(v)s, id, %(u)s, %(w)s, %(w)s FROM trafficking_case WHERE victim_id = %(v)s",
            values,
        )
        charges = "SELECT count(*) FROM assignment WHERE user_id = %(w)s AND ended_at IS NULL"
        assert connection.exec_driver_sql(charges, values).scalar() == 1
    other = world.unit("CONSULADO", institution=place.code)
    agreed(
        place, ok(place.client.patch(f"{API}/accounts/{code_of(world, officer)}", json={"unit": other}), 202)
    )
    with as_superuser(world) as connection:
        assert connection.exec_driver_sql(charges, values).scalar() == 0


def test_sessions_of_an_account_are_seen_and_ended(world: World, place: Institution) -> None:
    member = place.member()
    one, two = (ok(attempt(world, username_of(world, member))) for _ in range(2))
    client, path = place.client, f"{API}/accounts/{code_of(world, member)}/sessions"
    items = ok(client.get(path))["items"]
    assert len(items) == 2
    assert all(item["since"] < item["ends"] for item in items)
    ok(client.post(f"{path}/end", json={"session": items[0]["session"]}))  # the newest
    assert (me(world, one), me(world, two)) == (200, 401)
    assert client.post(f"{path}/end", json={"session": items[0]["session"]}).status_code == 404
    ok(client.post(f"{path}/end", json={"session": "all"}))
    assert me(world, one) == 401
    assert ok(client.get(path))["items"] == []


def test_the_list_goes_on_by_its_cursor_and_is_searched(world: World, place: Institution) -> None:
    members = [place.member() for _ in range(3)]
    outside = institution(world).member()
    client, shown, cursor = place.client, [], None
    for _ in range(4):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = ok(client.get(f"{API}/accounts", params=params))
        shown += [one["account"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    everybody = [code_of(world, actor) for actor in (place.admin, place.second, *members)]
    assert shown == everybody[::-1]
    assert code_of(world, outside) not in shown
    found = ok(
        client.post(f"{API}/accounts/search", json={"text": username_of(world, members[1])[-6:].upper()})
    )
    assert [one["account"] for one in found["items"]] == [code_of(world, members[1])]
    in_unit = ok(client.post(f"{API}/accounts/search", json={"unit": place.unit, "state": "ACTIVA"}))
    assert len(in_unit["items"]) == 3
    assert client.post(f"{API}/accounts/search", json={"state": "OTRO"}).status_code == 422
    for broken in ("x", "WyIyMDI0LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgIngiXQ"):
        assert client.get(f"{API}/accounts", params={"cursor": broken}).status_code == 400


STEPS = ("disable", "enable", "unlock", "password")


def test_nobody_administers_another_institution_or_itself(world: World, place: Institution) -> None:
    stranger = institution(world).member()
    client = place.client
    for account, status in ((stranger, 404), (place.admin, 403)):
        base = f"{API}/accounts/{code_of(world, account)}"
        answers = [client.post(f"{base}/{step}") for step in STEPS]
        answers += [
            client.post(f"{base}/sessions/end", json={"session": "all"}),
            client.patch(base, json={"supervisor": True}),
        ]
        assert {answer.status_code for answer in answers} == {status}
    assert client.get(f"{API}/accounts/{code_of(world, stranger)}").status_code == 404
    assert client.get(f"{API}/accounts/{code_of(world, stranger)}/sessions").status_code == 404
    assert attempt(world, username_of(world, stranger)).status_code == 200


def test_access_is_taken_from_everybody_and_given_in_grantable_roles_only(
    world: World, place: Institution
) -> None:
    steward = world.actor("registry_steward", unit=world.unit("CENTRAL", institution=place.code))
    base = f"{API}/accounts/{code_of(world, steward)}"
    client = place.client
    assert ok(client.get(base))["administered"] is False
    assert client.post(f"{base}/password").status_code == 403
    assert client.patch(base, json={"role": "analyst"}).status_code == 403
    assert ok(client.post(f"{base}/disable"))["state"] == "DESACTIVADA"
    assert client.post(f"{base}/enable").status_code == 403
    member = place.member()
    for role in ("registry_steward", "cem_officer"):  # not to be asked for, or of another kind of unit
        answer = client.patch(f"{API}/accounts/{code_of(world, member)}", json={"role": role})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "role")


def test_a_system_gets_no_password_here(world: World) -> None:
    username, _ = service_account(world)
    with as_superuser(world) as connection:
        found = connection.exec_driver_sql(
            "SELECT a.code, u.code, i.code FROM user_account a JOIN unit u ON u.id = a.unit_id"
            " JOIN institution i ON i.id = a.institution_id WHERE username = %(n)s",
            {"n": username},
        ).one()
    admin = world.actor("institution_admin", unit=found[1])
    client = world.client(admin)
    for step, status in (("password", 403), ("enable", 403), ("disable", 200)):
        assert client.post(f"{API}/accounts/{found[0]}/{step}").status_code == status


def test_only_administrators_administer(world: World) -> None:
    member = institution(world).member()
    client = world.client(member)
    for method, path in (
        ("GET", "/accounts"), ("GET", f"/accounts/{code_of(world, member)}"), ("GET", "/accounts/roles"),
        ("POST", f"/accounts/{code_of(world, member)}/unlock"), ("GET", "/units"),
    ):  # fmt: skip
        assert client.request(method, f"{API}{path}").status_code == 403


def test_the_roles_that_are_offered_fit_the_units_of_the_institution(
    world: World, place: Institution
) -> None:
    everywhere = {"analyst", "data_protection_officer", "institution_admin"}
    for here, own in (
        (place, {"prosecutor"}),
        (institution(world, "ALBERGUE"), {"shelter_caseworker", "psychologist"}),
    ):
        items = ok(here.client.get(f"{API}/accounts/roles"))["items"]
        assert {one["role"] for one in items} == own | everywhere
        assert all(set(one["unit_kinds"]) <= {"CENTRAL", "FISCALIA", "ALBERGUE"} for one in items)
    assert everywhere < set(policy().roles)


def test_a_whole_password_is_its_halves_however_they_are_typed() -> None:
    drawn = {half_of_password() for _ in range(200)}
    assert len(drawn) == 200
    first, second = half_of_password(), half_of_password()
    hashed = with_second_half(mark_of_half(first), second)
    for typed in (f"{first}-{second}", f"{first} {second}".upper(), (first + second).replace("-", "")):
        assert whole_of(typed) == hashed
    for wrong in (first, second, f"{second}-{first}", ""):
        assert whole_of(wrong) != hashed
