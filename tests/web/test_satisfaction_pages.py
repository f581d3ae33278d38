"""The device in the person's hands: she answers, and gets nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from app.errors import Forbidden, Unauthenticated
from app.services.access.browsing import form_token
from app.services.satisfaction import handover
from app.web.satisfaction.pages import PASS
from tests.factories import World
from tests.web.browsing import Browser, cookie_of, links

QUESTIONS = "/satisfaccion/encuesta"


def in_urn(admin: Engine) -> int:
    with admin.connect() as connection:
        return int(connection.scalar(text("SELECT count(*) FROM satisfaction_urn")) or 0)


def handed_over(world: World) -> Browser:
    """A device in the person's hands: the session's cookie and the pass."""
    browser = Browser(world, world.actor("health_officer"))
    given = browser.post("/satisfaccion", {"service": "SALUD", "idioma": "es"})
    assert (given.status_code, given.headers["location"]) == (303, QUESTIONS)
    cookie = given.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "SameSite=strict"} <= set(cookie.split("; "))
    return browser


def with_pass(browser: Browser, given: str) -> dict[str, str]:
    return {"Cookie": f"__Host-ruv={browser.cookie}; {PASS}={given}"}


def pass_of(world: World, browser: Browser) -> str:
    until = int((datetime.now(UTC) + timedelta(minutes=5)).timestamp())
    return f"SALUD.{until}.{handover._proof(browser.cookie, 'SALUD', until)}"


def test_she_answers_and_the_session_stays_locked(world: World, admin: Engine) -> None:
    browser, before = handed_over(world), in_urn(admin)
    held = {"headers": with_pass(browser, pass_of(world, browser))}
    page = browser.client.get(QUESTIONS, **held)
    assert page.status_code == 200
    assert links(page) == [f"{QUESTIONS}?idioma=en"]
    assert "RUV" not in page.text
    sent = {"_csrf": form_token(browser.cookie), "answers.TRATO": "SI", "answers.AYUDA": "EN_PARTE"}
    thanks = browser.client.post(QUESTIONS, data=sent, **held)
    assert thanks.status_code == 303
    assert in_urn(admin) == before + 1
    assert "no queda unida" in browser.client.get(thanks.headers["location"], **held).text
    assert browser.client.post(QUESTIONS, data={**sent, "_csrf": "x"}, **held).status_code == 403
    for path in ("/trabajo", "/satisfaccion", "/casos"):
        assert browser.client.get(path, **held).headers["location"].startswith("/sesion/bloqueada")


def test_nothing_but_a_pass_beside_a_locked_session_opens_the_questions(world: World) -> None:
    browser = Browser(world, world.actor("health_officer"))
    given = pass_of(world, browser)
    assert browser.client.get(QUESTIONS).status_code == 401
    assert browser.client.get(QUESTIONS, headers=with_pass(browser, given)).status_code == 401  # not locked
    browser.post("/sesion/bloquear")
    assert browser.client.get(QUESTIONS, headers=with_pass(browser, given)).status_code == 200
    for wrong in ("", given[:-1] + "x", given.replace("SALUD", "EMPLEO"), f"SALUD.{'9' * 5000}.x"):
        assert browser.client.get(QUESTIONS, headers=with_pass(browser, wrong)).status_code == 401, wrong
    with pytest.raises(Unauthenticated):
        handover.opened(world.runtime.database, browser.cookie, given, datetime.now(UTC) + timedelta(hours=1))


def test_the_device_is_handed_over_by_who_may_and_about_a_service(world: World) -> None:
    browser = Browser(world, world.actor("health_officer"))
    assert browser.get("/satisfaccion").status_code == 200
    for bad in ({}, {"service": "NADA"}):
        assert browser.post("/satisfaccion", bad).status_code == 422
    assert browser.get("/satisfaccion").status_code == 200  # not locked
    analyst = world.actor("analyst")
    assert Browser(world, analyst).get("/satisfaccion").status_code == 403
    with pytest.raises(Forbidden):
        handover.hand_over(world.runtime.database, analyst, cookie_of(world, analyst), "SALUD")
