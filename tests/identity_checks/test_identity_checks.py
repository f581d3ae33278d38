"""Asking the issuer of a document: over HTTP at both ends, against the stand-in of the platform."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from app.access.actor import Actor
from app.config import Settings
from app.postgres import ServerHandle
from app.runtime import Runtime
from tests.cases.story import at_once
from tests.factories import World
from tests.identity_checks import fake_pide as fake
from tests.merging.story import two_of
from tests.scratch import serve, superuser

TIMEOUT, PATIENT = 0.5, 60.0
"""Seconds: where nothing is to come in time, and where a busy machine may take its own."""


def configured(url: str | None, timeout: float = PATIENT) -> dict[str, Any]:
    return {
        "pide_url": url,
        "pide_timeout": timeout,
        "pide_user": fake.USER["nuDniUsuario"],
        "pide_ruc": fake.USER["nuRucUsuario"],
        "pide_password": SecretStr(fake.USER["password"]),
        "pide_institution": fake.INSTITUTION["strCodInstitucion"],
        "pide_mac": fake.INSTITUTION["strMac"],
        "pide_ip": fake.INSTITUTION["strNroIp"],
    }


@pytest.fixture(scope="module")
def platform() -> Iterator[fake.FakePide]:
    with fake.serving(pause=4 * TIMEOUT) as server:
        yield server


@contextmanager
def able_to_ask(runtime: Runtime, settings: Settings, **asking: Any) -> Iterator[str]:
    """Address of an application with these settings."""
    able = settings.model_copy(update=asking)
    with serve(replace(runtime, settings=able), able) as address:
        yield address


@pytest.fixture(scope="module")
def desk(runtime: Runtime, settings: Settings, platform: fake.FakePide) -> Iterator[str]:
    """Address of an application that may ask the stand-in."""
    with able_to_ask(runtime, settings, **configured(platform.url)) as address:
        yield address


@pytest.fixture(scope="module")
def hasty_desk(runtime: Runtime, settings: Settings, platform: fake.FakePide) -> Iterator[str]:
    """The same, but it waits for an answer only as long as a test can."""
    with able_to_ask(runtime, settings, **configured(platform.url, TIMEOUT)) as address:
        yield address


@pytest.fixture
def officer(world: World) -> Actor:
    return world.actor("cem_officer")


def person(world: World, officer: Actor, *documents: dict[str, str], **more: dict[str, Any]) -> str:
    rosa = fake.PEOPLE[fake.ROSA_DNI]
    identity = {
        "given_names": rosa["prenombres"].title(), "first_surname": rosa["apPrimer"].title(),
        "second_surname": rosa["apSegundo"].title(), "age_years": 30, "documents": list(documents),
    }  # fmt: skip
    return world.register(officer, identity=identity | more.pop("identity", {}), **more).code


def ask(world: World, desk: str, actor: Actor, code: str, place: int = 0) -> httpx.Response:
    client = world.client(actor)
    return client.post(f"{desk}/api/v1/victims/{code}/identity-checks", json={"document": place})


def dni(number: str) -> dict[str, str]:
    return {"type": "DNI", "number": number}


def events(world: World, officer: Actor, code: str) -> list[dict[str, Any]]:
    """The trace of the person, as the data protection officer reads it."""
    with world.session(world.actor("data_protection_officer")) as session:
        rows = session.connection().exec_driver_sql(
            "SELECT event FROM audit_event WHERE user_id = %(user)s ORDER BY id", {"user": officer.user_id}
        )
        return [json.loads(row[0]) for row in rows]


def fresh() -> str:
    """The DNI of this test's person."""
    return fake.ROSA_DNI


def invented() -> str:
    """A name nobody else has: who is registered twice is recognised."""
    return "".join(random.choice("BCDFGLMNPRST") + random.choice("AEIOU") for _ in range(5))


@pytest.fixture(autouse=True)
def another_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test its own person, known to the stand-in."""
    number = str(random.randrange(20_000_000, 30_000_000))
    names = {name: invented() for name in fake.ROSA}
    monkeypatch.setattr(fake, "PEOPLE", {**fake.PEOPLE, number: names, fake.ONCE: names})
    monkeypatch.setattr(fake, "ROSA_DNI", number)


def test_the_same_person_is_proposed_as_verified(world: World, desk: str, officer: Actor) -> None:
    code = person(world, officer, dni(fresh()))
    answer = ask(world, desk, officer, code)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "asked": "RENIEC",
        "document": 0,
        "outcome": "ENCONTRADO",
        "fields": {"given_names": "EQUAL", "first_surname": "EQUAL", "second_surname": "EQUAL"},
        "proposal": {"field": "identity.documents.0.verified", "value": "SI"},
        "message": "Coincide. Si está de acuerdo, anote el documento como verificado.",
    }
    record = world.client(officer).get(f"/api/v1/victims/{code}").json()
    assert "verified" not in record["compartments"]["identity"]["documents"][0], (
        "it proposes, and changes nothing"
    )


def test_somebody_elses_number_shows_in_the_names(world: World, desk: str, officer: Actor) -> None:
    number = fresh()
    code = person(world, officer, dni(number))
    fake.PEOPLE[number] = fake.OTHER
    answer = ask(world, desk, officer, code).json()
    assert answer["fields"]["given_names"] == answer["fields"]["first_surname"] == "DIFFERENT"
    assert answer["proposal"] is None
    assert not any(name in json.dumps(answer) for name in ("JULIO", "CONDORI", "APAZA"))


def test_a_foreigner_is_asked_about_at_migraciones(world: World, desk: str, officer: Actor) -> None:
    names = {"given_names": "Yuleidy del Valle", "first_surname": "Guevara", "second_surname": None}
    document = {"type": "CE", "number": fake.YULEIDY_CE}
    answer = ask(world, desk, officer, person(world, officer, document, identity=names)).json()
    assert answer["asked"] == "MIGRACIONES"
    assert answer["fields"] == {
        "given_names": "EQUAL", "first_surname": "EQUAL", "second_surname": "MISSING"
    }  # fmt: skip
    assert answer["proposal"]


@pytest.mark.parametrize(
    ("number", "outcome"), [(fake.UNKNOWN_DNI, "NO_ENCONTRADO"), (fake.MINOR_DNI, "RESERVADO")]
)
def test_no_names_are_told(world: World, desk: str, officer: Actor, number: str, outcome: str) -> None:
    answer = ask(world, desk, officer, person(world, officer, dni(number))).json()
    assert (answer["outcome"], answer["fields"], answer["proposal"]) == (outcome, {}, None)


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (fake.REFUSED, 502), (fake.SLOW, 504), (fake.TRICKLE, 504), (fake.MALFORMED, 502), (fake.EMPTY, 502),
        (fake.BROKEN, 502), (fake.REDIRECT, 502), (fake.HUGE, 502),
    ],
)  # fmt: skip
def test_a_platform_in_trouble_is_told_in_spanish(
    world: World, desk: str, hasty_desk: str, officer: Actor, number: str, status: int
) -> None:
    code = person(world, officer, dni(number))
    answer = ask(world, hasty_desk if status == 504 else desk, officer, code)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "entidad emisora" in answer.json()["detail"]
    assert number not in answer.text
    asked = [e["action"] for e in events(world, officer, code)]
    assert asked[-1] == "victims.identity-ask", "that it was asked is written down though no answer came"


def test_a_restart_of_the_platform_is_bridged(world: World, desk: str, officer: Actor) -> None:
    answer = ask(world, desk, officer, person(world, officer, dni(fake.ONCE)))
    assert answer.json()["outcome"] == "ENCONTRADO"


def test_an_unreachable_platform_is_a_502(world: World, desk: str, officer: Actor, runtime: Runtime) -> None:
    from app.errors import BadGateway
    from app.services.identity_checks.pide import pide_of
    from app.services.identity_checks.service import check

    code = person(world, officer, dni(fresh()))
    dead = pide_of(runtime.settings.model_copy(update=configured("http://127.0.0.1:9/Rest")))
    with pytest.raises(BadGateway):
        check(runtime.database, officer, code, 0, dead, limit_per_hour=1)


def test_what_leaves_is_the_number_and_who_asks(
    world: World, desk: str, officer: Actor, platform: fake.FakePide
) -> None:
    number = fresh()
    platform.seen.clear()
    ask(world, desk, officer, person(world, officer, dni(f"{number}-{check_digit(number)}")))
    path, headers, body = platform.seen[-1]
    assert json.loads(body) == {"PIDE": {**fake.USER, "nuDniConsulta": number}}
    assert number not in path + json.dumps(headers)
    everything = (path + json.dumps(headers) + body.decode()).lower()
    assert not [
        word
        for word in ("trata", "ruv", "victim", "finalidad", *fake.PEOPLE[number].values())
        if word.lower() in everything
    ]


def check_digit(number: str) -> str:
    from stdnum.pe import cui

    return cui.calc_check_digits(number)[0]


def test_nothing_of_the_answer_is_kept(world: World, desk: str, officer: Actor) -> None:
    number = fresh()
    code = person(world, officer, dni(number))
    fake.PEOPLE[number] = fake.OTHER
    ask(world, desk, officer, code)
    ask_event, check_event = events(world, officer, code)[-2:]
    assert ask_event["detail"] == {"asked": "RENIEC"}
    assert check_event["detail"]["verdicts"]["first_surname"] == "DIFFERENT"
    trace = json.dumps([ask_event, check_event])
    assert not [text for text in (*fake.OTHER.values(), *fake.TRAP.values(), number) if text in trace]
    log = world.client(officer).get(f"/api/v1/victims/{code}/access-log").json()["items"]
    assert any("entidad emisora" in json.dumps(entry, ensure_ascii=False) for entry in log)


@pytest.mark.parametrize(
    "reserve", [{"identity": {"reserved_alias": "K-7"}}, {"protection": {"reserved_identity": "SI"}}]
)
def test_who_is_under_reserve_is_not_asked_about(
    world: World, desk: str, officer: Actor, platform: fake.FakePide, reserve: dict[str, Any]
) -> None:
    # A unit for children writes both parts.
    writer = world.actor("upe_officer") if "protection" in reserve else officer
    parts = {name: dict(part) for name, part in reserve.items()}
    if writer is not officer:
        parts["identity"] = {"age_years": 15}
    code = person(world, writer, dni(fresh()), **parts)
    platform.seen.clear()
    answer = ask(world, desk, writer, code)
    assert answer.status_code == 409
    assert "reserva" in answer.json()["detail"]
    assert not platform.seen


def test_a_reserve_noted_in_a_merged_record_holds(world: World, desk: str, platform: fake.FakePide) -> None:
    writer = world.actor("upe_officer")
    child, two = {"age_years": 15}, two_of(world)
    reserved = person(world, writer, identity=child, protection={"reserved_identity": "SI"})
    kept = person(world, writer, dni(fresh()), identity=child, protection={"risk_level": "LEVE"})
    two.merge(kept, reserved)
    platform.seen.clear()
    answer = ask(world, desk, writer, kept)
    assert answer.status_code == 409, answer.text
    assert not platform.seen


def test_who_may_not_know_of_a_reserve_does_not_ask(
    world: World, desk: str, officer: Actor, platform: fake.FakePide, server: ServerHandle, worker: str
) -> None:
    code = person(world, officer, dni(fresh()))
    with superuser(server, f"ruv_{worker}").begin() as connection:
        connection.exec_driver_sql(
            "UPDATE participation SET compartments = '{identity}' WHERE unit_id = %(u)s",
            {"u": officer.unit_id},
        )
    platform.seen.clear()
    assert ask(world, desk, officer, code).status_code == 409
    assert not platform.seen


def test_after_the_hourly_limit_nobody_is_asked_about(
    world: World, desk: str, officer: Actor, platform: fake.FakePide
) -> None:
    code = person(world, officer, dni(fresh()))
    limit = Settings().identity_check_limit_per_hour
    start = [lambda: ask(world, desk, officer, code)] * 4
    assert {ask(world, desk, officer, code).status_code for _ in range(limit - 2)} == {200}
    assert at_once(start) == [200, 200, 429, 429]
    platform.seen.clear()
    assert ask(world, desk, officer, code).status_code == 429
    assert not platform.seen


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"type": "DNI", "number": "1011741"}, 0),
        ({"type": "DNI"}, 0),
        ({"type": "DNI", "number": "10117410-3"}, 0),
        ({"type": "DNI", "number": "30117413"}, 1),
    ],
)
def test_a_number_that_cannot_be_right_is_not_sent(
    world: World, desk: str, officer: Actor, platform: fake.FakePide, document: dict[str, str], place: int
) -> None:
    code = person(world, officer, document)
    platform.seen.clear()
    answer = ask(world, desk, officer, code, place)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {"document", "identity.documents.0.number"}
    assert not platform.seen


def test_switched_off_it_says_the_way_out(world: World, officer: Actor) -> None:
    code = person(world, officer, dni(fresh()))
    answer = world.client(officer).post(f"/api/v1/victims/{code}/identity-checks", json={})
    assert answer.status_code == 409
    assert "documento a la vista" in answer.json()["detail"]


def test_a_document_nobody_here_verifies_is_a_409(world: World, desk: str, officer: Actor) -> None:
    code = person(world, officer, {"type": "PASAPORTE", "number": "AB123456"})
    assert ask(world, desk, officer, code).status_code == 409


def test_only_who_writes_the_identity_in_scope_asks(
    world: World, desk: str, officer: Actor, platform: fake.FakePide
) -> None:
    code = person(world, officer, dni(fresh()))
    platform.seen.clear()
    assert ask(world, desk, world.actor("cem_officer"), code).status_code == 404
    assert ask(world, desk, world.actor("analyst"), code).status_code == 403
    assert not platform.seen


@pytest.mark.parametrize("url", ["http://pide.example/Rest", "ftp://127.0.0.1/", "pide.example", "https://"])
def test_a_platform_without_tls_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Settings(data_dir=Path("x"), pide_url=url)


@pytest.mark.parametrize("url", ["https://ws2.example/Rest", "http://127.0.0.1:8099/Rest"])
def test_tls_or_this_machine_is_accepted(url: str) -> None:
    assert Settings(data_dir=Path("x"), pide_url=url).pide_url == url
