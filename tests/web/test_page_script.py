"""What the script around every page does: drafts, the lock, the way out, and asking before signing out."""

from __future__ import annotations

import time

from app.services.access.browsing import browsing_of
from app.services.drafts.service import finish, mine
from tests.cases.story import registered
from tests.factories import PASSWORD, World
from tests.web.browser import until
from tests.web.browsing import cookie_of
from tests.web.conftest import OpenPage, sign_in

BOX = "form[data-outbox] textarea[name=text]"


def test_what_is_typed_is_there_again_and_gone_once_sent(browser_page: OpenPage, world: World) -> None:
    person = registered(world)
    page, watch = browser_page(person.officer)
    page.goto(f"/casos/{person.case}/notas")
    page.fill(BOX, "A medio escribir")
    until(page, "() => document.querySelector('[data-saved]').textContent.startsWith('Borrador guardado')")
    page.reload()
    assert page.input_value(BOX) == "A medio escribir"
    page.fill(BOX, "")
    watch.expect(422)
    page.click("form[data-outbox] button[type=submit]")
    page.wait_for_selector(".govuk-error-summary")
    until(page, "() => document.activeElement.matches('.govuk-error-summary')")
    page.fill(BOX, "Terminado")
    page.evaluate("() => document.querySelector('form[data-outbox]').requestSubmit()")
    page.wait_for_url("**/notas?hecho=nota")
    assert page.input_value(BOX) == ""
    assert "Terminado" in page.inner_text("main")
    with world.session(person.officer) as session:
        assert mine(session) == []


def test_three_shifts_leave_at_once_and_lock(browser_page: OpenPage, world: World) -> None:
    person, (page, watch) = registered(world), browser_page()
    cookie = cookie_of(world, person.officer)
    sign_in(page, world.base_url, cookie)
    watch.leave_for("www.senamhi.gob.pe")
    page.context.route("**://www.senamhi.gob.pe/**", lambda route: route.fulfill(body="El tiempo"))
    page.goto(f"/casos/{person.case}")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**://www.senamhi.gob.pe/**")
    end = time.monotonic() + 60
    while not (found := browsing_of(world.runtime.database, cookie)) or not found.locked:
        assert time.monotonic() < end
        time.sleep(0.05)
    page.goto(f"/casos/{person.case}")
    assert "/sesion/bloqueada" in page.url
    assert person.case not in page.inner_text("main")


def test_signing_out_with_something_unsent_asks_first(browser_page: OpenPage, world: World) -> None:
    person = registered(world)
    page, watch = browser_page(person.officer)
    page.goto(f"/casos/{person.case}/notas")
    until(page, "() => navigator.serviceWorker.controller !== null")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    with watch.offline():
        page.fill(BOX, "Sin conexión")
        page.click("form[data-outbox] button[type=submit]")
        until(page, "() => document.querySelector('[data-network]').textContent.includes('1 por enviar')")
        page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        with page.expect_event("dialog"):
            page.evaluate("() => document.querySelector('form[data-sign-out]').requestSubmit()")
    assert "1 sin enviar" in asked[0]
    until(page, "() => !document.querySelector('[data-network]').textContent.includes('por enviar')")


def test_a_page_of_a_session_that_is_over_loses_nothing(browser_page: OpenPage, world: World) -> None:
    person, (page, watch) = registered(world), browser_page()
    sign_in(page, world.base_url, cookie_of(world, person.officer))
    page.goto(f"/casos/{person.case}/notas")
    until(page, "() => navigator.serviceWorker.controller !== null")
    page.wait_for_load_state("networkidle")
    # Somebody else signs in beside it: nothing of this page goes under another name, and it stays there.
    sign_in(page, world.base_url, cookie_of(world, world.actor("cem_officer")))
    watch.expect(403)
    page.fill(BOX, "Escrito antes de salir")
    page.click("form[data-outbox] button[type=submit]")
    until(page, "() => document.getElementById('avisos').textContent.includes('sigue en esta página')")
    assert page.input_value(BOX) == "Escrito antes de salir"
    # She signs in again herself: the same page goes on.
    sign_in(page, world.base_url, cookie_of(world, person.officer))
    page.evaluate("() => document.querySelector('form[data-outbox]').requestSubmit()")
    page.wait_for_url("**/notas?hecho=nota")
    assert page.inner_text("main").count("Escrito antes de salir") == 1


def test_the_lock_keeps_what_another_tab_threw_away(browser_page: OpenPage, world: World) -> None:
    person = registered(world)
    page, _ = browser_page(person.officer)
    page.clock.install()
    page.goto(f"/casos/{person.case}/notas")
    page.fill(BOX, "En esta pestaña")
    page.clock.run_for(3000)
    until(page, "() => document.querySelector('[data-saved]').textContent.startsWith('Borrador guardado')")
    with world.session(person.officer) as session:
        finish(session, f"nota:{person.case}")
    page.clock.fast_forward("25:00")
    page.wait_for_url("**/sesion/bloqueada**")
    with world.session(person.officer) as session:
        assert [draft.form for draft in mine(session)] == [f"nota:{person.case}"]


def test_what_breaks_the_service_holds_up_nothing_else(browser_page: OpenPage, world: World) -> None:
    person = registered(world)
    page, watch = browser_page(person.officer)
    page.goto(f"/casos/{person.case}/notas")
    until(page, "() => navigator.serviceWorker.controller !== null")
    page.wait_for_load_state("networkidle")
    watch.expect(500)
    with watch.offline():
        for text in ("Primera", "Segunda"):
            page.fill(BOX, text)
            page.evaluate("() => document.querySelector('form[data-outbox]').requestSubmit()")
            until(page, "() => document.querySelector('form[data-outbox] textarea').value === ''")
        answers = [500]
        page.context.route(
            "**/bandeja",
            lambda route: route.fulfill(status=answers.pop()) if answers else route.continue_(),
        )
    until(page, "() => document.querySelector('[data-network]').textContent.includes('1 por enviar')")
    with page.expect_response("**/bandeja"):
        page.reload()
    until(page, "() => !document.querySelector('[data-network]').textContent.includes('por enviar')")
    page.reload()
    shown = page.inner_text("main")
    assert (shown.count("Primera"), shown.count("Segunda")) == (1, 1)


def test_idleness_warns_and_then_locks_keeping_what_was_written(browser_page: OpenPage, world: World) -> None:
    person = registered(world)
    page, watch = browser_page(person.officer)
    page.clock.install()
    page.goto(f"/casos/{person.case}/notas")
    page.fill(BOX, "A medio escribir")
    page.clock.fast_forward("14:50")
    assert page.locator("dialog").count() == 0
    page.clock.fast_forward("00:20")
    page.wait_for_selector("dialog[open]")
    page.click("dialog button")
    assert page.locator("dialog").count() == 0
    page.clock.fast_forward("15:10")
    page.wait_for_selector("dialog[open]")
    page.clock.fast_forward("05:10")
    page.wait_for_url("**/sesion/bloqueada?**")
    assert person.case not in page.inner_text("main")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**/casos/{person.case}/notas")
    assert page.input_value(BOX) == "A medio escribir"
    assert watch
