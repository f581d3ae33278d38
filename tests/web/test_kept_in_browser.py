"""A service, a consent and a referral half written come back after the lock and a session that is over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.cases.story import Registered, registered, unit_code
from tests.consents.story import give
from tests.factories import PASSWORD, World
from tests.web.browser import until
from tests.web.browsing import Browser
from tests.web.conftest import OpenPage, sign_in
from tests.web.test_kept_forms import over

WORDS = "Escrito antes de la pausa 5518"
FORMS = {
    "prestaciones/nueva": "textarea[name=note]",
    "consentimientos/nuevo": "textarea[name=notes]",
}


def box(path: str) -> str:
    """The box of a form's words."""
    return f"main form {FORMS[path]}"


def at(person: Registered, path: str) -> str:
    return f"/casos/{person.case}/{path}"


def unfold(page: Page) -> None:
    """Everything the page folds away, opened."""
    page.evaluate("() => document.querySelectorAll('main details').forEach(part => { part.open = true })")


def unlocked(page: Page) -> None:
    page.wait_for_url("**/sesion/bloqueada?**")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")


@pytest.mark.parametrize("path", FORMS)
def test_the_lock_keeps_what_was_being_written(browser_page: OpenPage, world: World, path: str) -> None:
    person = registered(world)
    page, _ = browser_page(person.officer)
    page.clock.install()
    page.goto(at(person, path))
    unfold(page)
    page.fill(box(path), WORDS)
    page.clock.fast_forward("20:10")
    unlocked(page)
    page.wait_for_url(f"**{at(person, path)}")
    assert page.input_value(box(path)) == WORDS
    assert page.is_visible(box(path))
    assert "Se recuperó lo que estaba escribiendo" in page.inner_text("main")


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_with_a_session_that_is_over_is_there_after_signing_in(
    browser_page: OpenPage, world: World, path: str
) -> None:
    person, (page, _) = registered(world), browser_page()
    browser = Browser(world, person.officer)
    sign_in(page, world.base_url, browser.cookie)
    page.goto(at(person, path))
    unfold(page)
    page.fill(box(path), WORDS)
    over(world, browser)
    page.evaluate("box => document.querySelector(box).form.requestSubmit()", box(path))
    page.wait_for_url("**/ingreso?volver=**")
    assert "quedó guardado como borrador" in page.inner_text("main")
    page.fill("[name=username]", person.officer.username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{at(person, path)}")
    assert page.input_value(box(path)) == WORDS


LEAVE: dict[str, Callable[[Page], object]] = {
    "a link": lambda page: page.click("main a[href*='/casos/'] >> nth=0"),
    "an address": lambda page: page.goto("/trabajo"),
    "back": lambda page: page.go_back(),
}


@pytest.mark.parametrize("how", LEAVE)
def test_who_leaves_with_the_last_key_finds_it_again(browser_page: OpenPage, world: World, how: str) -> None:
    person, path = registered(world), "consentimientos/nuevo"
    page, _ = browser_page(person.officer)
    page.goto("/trabajo")
    until(
        page, "() => navigator.serviceWorker.controller !== null"
    )  # what stands between her and the service
    for number in range(5):
        page.goto("/trabajo")
        page.goto(at(person, path))
        unfold(page)
        page.fill(box(path), f"{WORDS} {number}")
        LEAVE[how](page)
        page.wait_for_load_state()
        page.goto(at(person, path))
        assert page.input_value(box(path)) == f"{WORDS} {number}"


def test_a_referral_left_at_its_fourth_step_goes_on_there(browser_page: OpenPage, world: World) -> None:
    world.department = "22"  # whose units are those of this test
    person = registered(world)
    give(person.client, person.case, unit_code(world, world.actor("cem_officer")))
    page, _ = browser_page(person.officer)
    receiver = unit_code(world, world.actor("health_officer"))
    page.goto(f"/derivaciones/nueva?caso={person.case}")
    page.select_option("select[name=service_type]", "SALUD")
    go_on(page)
    page.select_option("select[name=other_unit]", receiver)
    go_on(page)
    page.fill("textarea[name=message]", WORDS)
    go_on(page)
    assert "paso 4" in page.inner_text("main")
    page.check("input[name=legal_basis][value=CONSENTIMIENTO]")
    page.click("text=Registrar otro consentimiento")
    page.wait_for_url("**/consentimientos/nuevo")
    page.goto(f"/derivaciones/nueva?caso={person.case}")
    assert "paso 4" in page.inner_text("main")
    assert page.is_checked("input[name=legal_basis][value=CONSENTIMIENTO]")
    assert page.get_attribute("input[type=hidden][name=message]", "value") == WORDS


def go_on(page: Page) -> None:
    """On to the next step."""
    before = page.inner_text("main .govuk-caption-l")
    page.click("main form button:has-text('Continuar')")
    page.wait_for_function(
        "before => document.querySelector('main .govuk-caption-l').innerText !== before", arg=before
    )
    page.wait_for_load_state()  # before its script has begun nobody watches what is typed
