"""The door, the lock, the exit, forms and errors: what every page stands in."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.edge.browser import COOKIE
from app.edge.deps import NO_PAGES
from app.services.access.browsing import form_token
from app.web.kit.static import assets, static
from tests import contract
from tests.access.test_routes import routes
from tests.factories import PASSWORD, World
from tests.web.browsing import Browser, title


@pytest.fixture
def app() -> FastAPI:
    """The application of this worker."""
    return contract.application()


def test_the_whole_way_in(world: World) -> None:
    actor = world.actor("cem_officer")
    browser = Browser(world)
    away = browser.get("/trabajo")
    assert (away.status_code, away.headers["location"]) == (303, "/ingreso?volver=/trabajo")
    door = browser.get(away.headers["location"])
    assert door.status_code == 200
    assert title(door) == "Ingreso — RUV"
    refused = browser.post("/ingreso", {"username": actor.username, "password": "no"})
    assert refused.status_code == 401
    assert "no son correctos" in refused.text
    assert "set-cookie" not in refused.headers
    let_in = browser.post("/ingreso?volver=/trabajo", {"username": actor.username, "password": PASSWORD})
    assert (let_in.status_code, let_in.headers["location"]) == (303, "/trabajo")
    cookie = let_in.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    browser.cookie = cookie.split("=", 1)[1].split(";")[0]
    rules = browser.get("/trabajo")
    assert (rules.status_code, rules.headers["location"]) == (303, "/compromiso?volver=/trabajo")
    assert browser.post("/compromiso", {}).status_code == 422
    assert browser.post("/compromiso?volver=/trabajo", {"acepto": "si"}).headers["location"] == "/trabajo"
    page = browser.get("/trabajo")
    assert page.status_code == 200
    assert "cem_officer" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert browser.post("/sesion/cerrar").headers["location"] == "/ingreso?hecho=sesion"
    assert browser.get("/trabajo").headers["location"].startswith("/ingreso")


def test_the_exit_locks_and_back_shows_the_lock(world: World) -> None:
    actor = world.actor("cem_officer")
    browser = Browser(world, actor)
    assert browser.get("/trabajo").status_code == 200
    out = browser.post("/sesion/bloquear")
    assert (out.status_code, out.headers["location"]) == (303, "/salida")
    harmless = browser.get("/salida")
    assert "RUV" not in harmless.text
    assert harmless.headers["refresh"].startswith("0; url=https://")
    back = browser.get("/trabajo")
    assert back.headers["location"] == "/sesion/bloqueada?volver=/trabajo"
    assert browser.post("/sesion/bloqueada", {"password": "no"}).status_code == 401
    assert browser.get("/trabajo").status_code == 303
    opened = browser.post("/sesion/bloqueada?volver=/trabajo", {"password": PASSWORD})
    assert opened.headers["location"] == "/trabajo"
    assert browser.get("/trabajo").status_code == 200


def test_an_idle_session_is_locked(world: World, admin: Engine) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    assert browser.get("/trabajo").status_code == 200
    with admin.begin() as connection:
        connection.execute(
            text("UPDATE web_session SET seen_at = :t WHERE token_hash = sha256(:c)"),
            {"t": datetime.now(UTC) - timedelta(minutes=21), "c": browser.cookie.encode()},
        )
    assert browser.get("/trabajo").headers["location"].startswith("/sesion/bloqueada")


def test_the_database_shows_nobody_the_browsers_and_choices_of_others(world: World) -> None:
    """Whatever the statement: a signed-in person reaches no cookie at all, and her own choices alone."""
    mine, other = world.actor("cem_officer"), world.actor("cem_officer")
    for actor in (mine, other):
        assert Browser(world, actor).get("/trabajo").status_code == 200
    with world.session(mine) as session:
        assert session.execute(text("SELECT token_hash FROM web_session")).all() == []
        assert session.execute(text("UPDATE web_session SET locked_at = NULL")).rowcount == 0  # type: ignore[attr-defined]
        assert session.execute(text("SELECT user_id FROM user_preference")).all() == [(mine.user_id,)]
        changed = session.execute(
            text("UPDATE user_preference SET language = 'en' WHERE user_id = :other"),
            {"other": other.user_id},
        )
        assert changed.rowcount == 0  # type: ignore[attr-defined]
    with pytest.raises(DBAPIError, match="row-level security"), world.session(mine) as session:
        session.execute(
            text("INSERT INTO web_session (token_hash, session_id, user_id) VALUES ('x', :s, :u)"),
            {"s": mine.session_id or "00000000-0000-0000-0000-000000000000", "u": mine.user_id},
        )


def test_nobody_else_opens_a_lock(world: World) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    browser.post("/sesion/bloquear")
    stranger = Browser(world)
    stranger.cookie = "x" * 43
    assert stranger.post("/sesion/bloqueada", {"password": PASSWORD}).status_code == 401
    assert browser.get("/trabajo").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "otra"])
def test_a_form_without_its_token_is_refused(world: World, token: str) -> None:
    browser = Browser(world, world.actor("cem_officer"))
    other = Browser(world, world.actor("cem_officer"))
    sent = form_token(other.cookie) if token == "otra" else token
    refused = browser.post("/idioma", {"_csrf": sent, "language": "en"})
    assert refused.status_code == 403
    assert "text/html" in refused.headers["content-type"]
    for foreign in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://x.pe"},
    ):
        assert browser.post("/idioma", {"language": "en"}, headers=foreign).status_code == 403


def test_a_cookie_opens_no_json_and_a_token_no_page(world: World) -> None:
    actor = world.actor("cem_officer")
    browser = Browser(world, actor)
    assert browser.get("/api/v1/cases").status_code == 401
    client = world.client(actor)
    assert client.get("/trabajo").status_code == 303


def test_every_page_sends_who_is_not_signed_in_to_the_door(app: FastAPI, world: World) -> None:
    browser = Browser(world)
    wrong = []
    for method, path, guards in routes(app):
        if path.startswith(NO_PAGES):
            continue
        if type(guards[0]).__name__ == "_Public":
            continue
        answer = browser.client.request(method, path.replace("{", "").replace("}", ""))
        if answer.status_code != 303 or not answer.headers["location"].startswith("/ingreso"):
            wrong.append(f"{method} {path} {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_way_back_stays_here(world: World, back: str) -> None:
    actor = world.actor("cem_officer")
    sent = {"username": actor.username, "password": PASSWORD}
    answer = Browser(world).client.post("/ingreso", params={"volver": back}, data=sent)
    assert answer.headers["location"] == "/"


def test_static_files_are_packed_and_kept(world: World) -> None:
    browser = Browser(world)
    answer = browser.get(static("ruv.css"))
    assert "immutable" in answer.headers["cache-control"]
    assert browser.get("/estatico/otra/ruv.css").headers["cache-control"] == "no-cache"
    assert browser.get("/estatico/otra/nada.css").status_code == 404
    assert gzip.decompress(assets()["ruv.css"].packed) == assets()["ruv.css"].body
