"""Whatever is typed is kept: no form of the product forgets it at the lock or with a session that is over."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

import app.web
from app.access.act import CARE, Act
from app.access.actor import Actor
from app.edge import unsent
from app.edge.unsent import NAME, PAGE
from app.services.access.browsing import form_token, lock, unlock
from app.services.access.rules import token_hash
from app.services.drafts.service import discard, mine, opened
from app.services.limits import PerMinute
from app.web.kit.keeping import typed
from tests import contract
from tests.access.matrix import Office, Person
from tests.access.test_routes import NO_PAGES, Public, routes
from tests.cases.story import registered
from tests.factories import PASSWORD, World
from tests.scratch import past_policies
from tests.web.browsing import Browser, means
from tests.web.crawling import CODE, DIGITS

TEMPLATES = Path(str(app.web.__file__)).parent / "templates"
UNKEPT = {
    "access/account/mine.html": "The language of one's pages: a choice, made anew in a second.",
    "components/forms.html": "The macros themselves: the search, and buttons without questions.",
    "components/shell.html": "Signing out, the way out and the language: buttons.",
    "referrals/new_revisar.html": "Chooses a step to go back to; the form beside it carries the referral.",
    "victims/registration/search.html": "A button; what was searched stays in the search, which is kept.",
    "satisfaction/hand_over.html": "Nothing may tell when a worker handed the device to whom: two choices.",
    "satisfaction/questions.html": "Answers of the person, which must never hang on a worker's account.",
    "access/session/agreement.html": "One tick, by who is not let in yet.",
    "printing/verify.html": "The code and print of a paper, typed by anybody; nobody is signed in.",
}
"""Templates with a form that is not kept, and why."""
ANSWERED = {
    ("/bandeja"): "Envelopes that a script keeps until they are taken; no form.",
    ("/compromiso"): "Agreeing to the rules is how one is let in.",
}
"""Routes of signed-in people that take something else than a form's text, and why."""
WRITERS = (
    "upe_officer",
    "car_caseworker",
    "cem_officer",
    "prosecutor",
    "police_investigator",
    "registry_steward",
    "institution_admin",
)
"""Who between them are offered every kind of form."""
WORDS = "Lo que escribió ella 4471"


def unkept(root: Path) -> Iterator[str]:
    """Templates with a form that is sent and not kept."""
    for path in sorted(root.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        bare = re.search(r'<form[^>]*method="post"', text)
        without = re.search(r"forms\.open\([^%]*keep=false", text)
        if bare or without:
            yield str(path.relative_to(root))


def test_every_form_of_every_template_is_kept_or_has_a_reason(tmp_path: Path) -> None:
    assert set(unkept(TEMPLATES)) == set(UNKEPT)
    assert all(len(reason) > 20 for reason in UNKEPT.values())
    (tmp_path / "nueva.html").write_text(
        '<form method="post" action="/x"><textarea name="a"></textarea></form>'
    )
    (tmp_path / "otra.html").write_text('{% call forms.open("/x", keep=false) %}{% endcall %}')
    (tmp_path / "buena.html").write_text('{% call forms.open("/x") %}{% endcall %}')
    assert list(unkept(tmp_path)) == ["nueva.html", "otra.html"]


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ('<textarea name="a"></textarea>', True),
        ('<select name="a"></select>', True),
        ('<input name="a" type="text">', True),
        ('<input name="a" type="radio"><input type="hidden" name="b">', True),
        ('<input type="hidden" name="b"><button>Enviar</button>', False),
        ('<input type="file" name="b">', False),
        ('<input name="a" type="text"><input name="b" type="password">', False),
    ],
)
def test_what_can_be_typed_is_kept_but_no_password(content: str, kept: bool) -> None:
    assert typed(content) is kept


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """Every route of signed-in people that takes a form, filled with codes of nothing."""
    found = [
        re.sub(r"\{[^}]*\}", "XX-0000-0000-0000", path)
        for method, path, guards in routes(contract.application())
        if method == "POST"
        and not path.startswith(NO_PAGES)
        and not any(isinstance(guard, type(Public().dependency)) for guard in guards)
        and path not in ANSWERED
    ]
    assert len(found) > 70
    return found


def over(world: World, browser: Browser, *, days: int = 0, revoked: bool = False) -> None:
    """The session of a browser runs out, or was ended."""
    with past_policies(world.runtime) as admin:
        admin.exec_driver_sql(
            "UPDATE auth_session SET expires_at = now() - make_interval(days => %(d)s),"
            " revoked_at = CASE WHEN %(r)s THEN now() END"
            " WHERE id = (SELECT session_id FROM web_session WHERE token_hash = %(h)s)",
            {"d": days, "r": revoked, "h": token_hash(browser.cookie)},
        )


def kept(world: World, actor: Actor) -> list[dict[str, list[str]]]:
    """What the actor's drafts hold; they are thrown away."""
    with world.session(actor) as session:
        found = [opened(Act(session, CARE), one.form) for one in mine(session)]
        for one in mine(session):
            discard(session, one.form)
    return [one.fields for one in found if one is not None]


@pytest.mark.parametrize("state", ["locked", "over"])
def test_every_route_that_takes_a_form_keeps_what_it_may_not_take(
    world: World, pages: list[str], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(unsent, "_MOST", PerMinute(1000))
    actor = world.actor("cem_officer")
    browser = Browser(world, actor)
    if state == "locked":
        lock(world.runtime.database, browser.cookie)
    else:
        over(world, browser)
    lost = []
    for path in pages:
        sent = {"texto": WORDS, "_version": "3", NAME: "pagina:abc", PAGE: "/trabajo?ver=vencidos"}
        answer = browser.post(path, sent)
        door = {"locked": "/sesion/bloqueada", "over": "/ingreso"}[state]
        address = f"{door}?volver=/trabajo%3Fver%3Dvencidos&guardado=si"
        told = (answer.status_code, answer.headers.get("location"))
        found = kept(world, actor)
        expected = (204, None) if path == "/borradores" else (303, address)
        if told != expected or found != [{"texto": [WORDS], "_version": ["3"]}]:
            lost.append((path, told, found))
    assert lost == []


def test_nobody_elses_page_and_no_ended_session_keeps_anything(world: World) -> None:
    actor = world.actor("cem_officer")
    sent = {"texto": WORDS, NAME: "pagina:abc", PAGE: "/trabajo"}
    browser = Browser(world, actor)
    lock(world.runtime.database, browser.cookie)
    forged = {**sent, "_csrf": form_token("otra")}
    assert browser.post("/casos/reingreso", forged).headers["location"] == "/sesion/bloqueada"
    foreign = {"headers": {"Origin": "https://otra.example"}}
    assert browser.post("/casos/reingreso", sent, **foreign).headers["location"] == "/sesion/bloqueada"
    scripted = {"headers": {"HX-Request": "true"}}
    assert browser.post("/casos/reingreso", sent, **scripted).status_code == 204
    odd = {**sent, PAGE: "https://otra.example/x"}
    assert browser.post("/casos/reingreso", odd).headers["location"] == "/sesion/bloqueada"
    assert kept(world, actor) == []
    for ended in ({"revoked": True}, {"days": 8}):
        gone = Browser(world, actor)
        over(world, gone, **ended)
        assert gone.post("/casos/reingreso", sent).headers["location"] == "/ingreso"
    assert kept(world, actor) == []
    full = Browser(world, actor)
    over(world, full)
    long = {**sent, "texto": "y" * 300_000}
    assert full.post("/casos/reingreso", long).headers["location"].endswith("guardado=no")
    assert "no se pudo guardar" in full.get("/ingreso?guardado=no").text


FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"([^>]*)>(.*?)</form>', re.DOTALL)
BOX = re.compile(r'<textarea[^>]*name="([^"]+)"|<input(?=[^>]*type="text")[^>]*name="([^"]+)"')


def test_every_form_of_every_page_comes_back_with_what_was_typed(office: Office, person: Person) -> None:
    """Each follows the links of every page; a form found on the way is written in, locked and opened."""
    lost, met = [], set[str]()
    for role in WRITERS:
        browser = Browser(office.world, office.actors[role])
        for path, page in walked(browser, f"/casos/{person.case_code}"):
            for action, attributes, content in FORM.findall(page.text):
                pattern = CODE.sub("*", DIGITS.sub("*", f"{html.unescape(action)} {path.partition('?')[0]}"))
                if not typed(content) or pattern in met or "data-draft" not in attributes + content:
                    continue
                met.add(pattern)
                if why := forgotten(office.world, browser, path, attributes, content):
                    lost.append((role, path, action, why))
    assert len(met) > 30
    assert lost == []


def walked(browser: Browser, case: str) -> Iterator[tuple[str, httpx.Response]]:
    """The pages of a role, one of each pattern."""
    waiting, seen, patterns = ["/", case], set[str](), set[str]()
    while waiting and len(seen) < 60:
        path = waiting.pop(0).partition("#")[0]
        pattern = CODE.sub("*", DIGITS.sub("*", path))
        if not path or pattern in patterns or path.endswith((".pdf", ".csv", ".xlsx")):
            continue
        seen.add(path)
        patterns.add(pattern)
        page = browser.get(path)
        if page.status_code == 303:
            waiting.append(page.headers["location"])
        elif page.status_code == 200 and "text/html" in page.headers.get("content-type", ""):
            yield path, page
            waiting += [html.unescape(href) for href in re.findall(r'<a[^>]* href="(/[^"]+)"', page.text)]


def forgotten(world: World, browser: Browser, path: str, attributes: str, content: str) -> str:
    """Write in each box of a form as its script does, lock, unlock and look; what is wrong, if anything."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', content))
    draft = re.search(r'data-draft="([^"]+)"', attributes)
    if draft is None or hidden.get(NAME) != draft[1] or PAGE not in hidden:
        return "not kept"
    boxes = [one or other for one, other in BOX.findall(content)]
    boxes = [box for box in boxes if not box.startswith("_")]
    if not boxes:
        return ""
    sent: dict[str, Any] = {name: html.unescape(value) for name, value in hidden.items()}
    sent |= dict.fromkeys(boxes, WORDS)
    lock(world.runtime.database, browser.cookie)
    address = html.unescape(hidden[PAGE])
    answer = browser.post("/borradores", {**sent, "_formulario": draft[1]})
    unlock(means(world), browser.cookie, PASSWORD)
    again = browser.get(address).text
    browser.post("/borradores/descartar", {"form": draft[1]})
    if answer.status_code != 204:
        return f"answered {answer.status_code}"
    missing = [box for box in boxes if WORDS not in _shown(again, box)]
    return f"without {missing} at {address}" if missing else ""


def _shown(page: str, box: str) -> str:
    """What a box of a page holds."""
    name = re.escape(box)
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    line = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    return (area[1] if area else "") + (line[0] if line else "")


def test_what_was_taken_is_forgotten_and_what_was_refused_is_not(world: World, admin: Engine) -> None:
    assert admin
    person = registered(world)
    browser = Browser(world, person.officer)
    path = f"/casos/{person.case}/prestaciones/nueva"
    page = browser.get(path).text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    own = {name: html.unescape(hidden[name]) for name in (NAME, PAGE, "_clave")}
    browser.post("/borradores", {"_formulario": own[NAME], PAGE: own[PAGE], "note": WORDS})
    assert "Se recuperó lo que estaba escribiendo" in browser.get(path).text
    day = {"delivered_on.dia": "5", "delivered_on.mes": "3", "delivered_on.anio": "2026"}
    wrong = browser.post(path, {**own, **day, "note": WORDS})
    assert wrong.status_code == 422
    assert "data-unsent" in wrong.text
    assert own[PAGE] in html.unescape(wrong.text)
    assert WORDS in browser.get(path).text
    right = {**own, **day, "note": WORDS, "service_type": "SALUD", "attendance": "ATENDIDA"}
    assert browser.post(path, right).status_code == 303
    assert WORDS not in browser.get(path).text
    assert kept(world, person.officer) == []


def test_forms_of_one_page_do_not_mix(world: World) -> None:
    person = registered(world)
    browser = Browser(world, person.officer)
    first, second = (f"/casos/reingreso?persona={code}" for code in (person.victim, "TP-0000-0000"))
    pages = [browser.get(path).text for path in (first, second)]
    names = [re.search(rf'name="{NAME}" value="([^"]+)"', page) for page in pages]
    assert names[0] is not None
    assert names[1] is not None
    assert names[0][1] != names[1][1]
