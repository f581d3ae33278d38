"""The words of the pages: every sentence can be translated, English is whole, one's language follows one."""

from __future__ import annotations

import ast
import html
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import nodes

from app.catalogues import code_list, list_names
from app.records import COMPARTMENTS, all_fields
from app.web import i18n
from app.web.i18n import catalogue
from app.web.kit.templating import environment
from tests.factories import World
from tests.plans.story import running
from tests.web.browsing import Browser
from tests.web.conftest import OpenPage

PAGES = Path(catalogue.__file__).parents[1]
CALLS = ("_", "_mark", "gettext", "ngettext")
HELD = re.compile(r"%\(\w+\)s|%%?\{\w+\}|%%|%s")
LETTERS = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r"""\b(?:aria-label|aria-description|title|placeholder|alt)=["']([^"'\0]*)""")
PART_OF_A_NAME = re.compile(r"\S*(?:--|__|/)\S*")
SENTENCE = re.compile(
    r"^[¿¡«]?[A-ZÁÉÍÓÚÑ][a-záéíóúñü]{2,}(?:$|[ ,.:])|[a-záéíóúñü]+ [a-záéíóúñü]+ [a-záéíóúñü]+|[áéíóúñ¿]"
)
SAME_IN_EVERY_LANGUAGE = {"RUV", "RUV-Trata"}
ANOTHER_PAGE = "access/session/away.html"
"""Shows something else on purpose."""
NO_SENTENCES = {"agents.py", "components.py", "controls.py", "i18n"}
"""Names of browsers, invented examples, and kinds of fields."""
HEADERS = {"Vary", "Refresh", "Permission"}
FIELDS = {field.name for field in all_fields()}
NOT_ON_A_PAGE = ("Path", "Query", "compile")
"""Describe an address in the interface's document, or a pattern."""


def said(language: str) -> list[Message]:
    """The sentences of a catalogue."""
    with catalogue.catalogue_path(language).open("rb") as source:
        return [message for message in read_po(source) if message.id]


def forms_of(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_every_sentence_reads_in_english() -> None:
    assert catalogue.untranslated("en") == []


def test_no_sentence_is_written_in_two_ways_of_counting() -> None:
    """A catalogue keeps one entry for a text, alone or with a plural."""
    first = [text if isinstance(text, str) else text[0] for text in catalogue.sentences()]
    assert [text for text, times in Counter(first).items() if times > 1] == []


@pytest.mark.parametrize("language", catalogue.TRANSLATED)
def test_a_catalogue_holds_the_sentences_of_today_and_nothing_else(language: str) -> None:
    assert catalogue.catalogue_path(language).read_text("utf-8") == catalogue.updated(language)
    assert len(said(language)) == len(catalogue.sentences())


def test_a_translation_holds_what_its_sentence_holds() -> None:
    wrong = [
        (message.id, message.string)
        for language in catalogue.TRANSLATED
        for message in said(language)
        for one, other in zip(forms_of(message.id), forms_of(message.string), strict=True)
        if other and sorted(HELD.findall(one)) != sorted(HELD.findall(other))
    ]
    assert wrong == []


def test_nothing_is_translated_into_quechua_by_us() -> None:
    assert [message.id for message in said("quz") if any(forms_of(message.string))] == []


def bare(source: str) -> Iterator[str]:
    """What a template would show that no catalogue knows."""
    tree = environment.parse(source)
    text = "".join(f"{part.data}\0" for part in tree.find_all(nodes.TemplateData))
    text = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>|<!--.*?-->", "", text)
    yield from (found for found in ATTRIBUTE.findall(text) if LETTERS.search(found))
    for piece in re.split(r"[|\0\n]", re.sub(r"(?s)<[^>]*>", "|", text)):
        shown = piece.strip(" —·:()")
        named = PART_OF_A_NAME.fullmatch(shown) or shown in SAME_IN_EVERY_LANGUAGE
        if LETTERS.search(shown) and not named:
            yield shown
    yield from (each for each in _constants(tree) if SENTENCE.search(each) and "delay:" not in each)


def _constants(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Call) and getattr(node.node, "name", "") in CALLS:
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def test_templates_say_nothing_outside_the_catalogues() -> None:
    templates = PAGES / "templates"
    paths = [each for each in sorted(templates.rglob("*.html")) if each != templates / ANOTHER_PAGE]
    assert len(paths) > 100
    assert [(each.name, text) for each in paths for text in bare(each.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Hola</p>",
        '<a title="Ver caso">{{ code }}</a>',
        '<button aria-label="Cerrar {{ code }}">',
        '{{ forms.submit("Guardar") }}',
        '{{ forms.input("name", "nombre de la persona que firma") }}',
        "{% if x %}sí{% endif %}",
    ],
)
def test_a_planted_bare_text_is_found(planted: str) -> None:
    assert list(bare(planted))


def test_what_is_marked_is_no_bare_text() -> None:
    innocent = (
        '<p class="govuk-body" id="a">{{ _("Hola a usted") }} · {{ x }}</p>'
        "{% trans n=n %}Una persona{% pluralize %}Varias{% endtrans %}"
    )
    assert list(bare(innocent)) == []


def loose(source: str) -> Iterator[str]:
    """Sentences of a module that no catalogue knows; those of errors are Spanish in every language."""
    tree = ast.parse(source)
    known: set[int] = set()
    for node in ast.walk(tree):
        name = ""
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        error = isinstance(node, ast.Raise) or name in {"Invalid", "TooMany"}
        names = isinstance(node, ast.Constant) and set(str(node.value).split()) <= FIELDS
        if text or error or names or name in (*CALLS, *NOT_ON_A_PAGE):
            known |= {id(each) for each in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in known:
            words = node.value
            if SENTENCE.search(words) and words not in HEADERS and "_" not in words:
                yield words


def test_modules_say_nothing_outside_the_catalogues() -> None:
    paths = [each for each in PAGES.rglob("*.py") if not NO_SENTENCES & set(each.parts[-2:])]
    assert len(paths) > 50
    assert [(each.name, text) for each in paths for text in loose(each.read_text("utf-8"))] == []


def test_a_planted_loose_sentence_is_found() -> None:
    assert list(loose('page.form.wrong("name", "Escriba el nombre.")')) == ["Escriba el nombre."]
    assert list(loose('form.text("name", needed="Falta el nombre de la unidad")'))
    assert list(loose('"""Docs of this."""\nraise NotFound("No existe ese caso.")\nx = _("Guardar")')) == []


def english(browser: Browser, back: str = "/trabajo") -> httpx.Response:
    """Choose English the way the header's button does."""
    return browser.post("/idioma", {"language": "en", "volver": back})


def spanish_of(page: httpx.Response) -> list[str]:
    """Our own Spanish sentences that an English page still shows; labels of codes and parts are not ours."""
    text = html.unescape(re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", "", page.text))
    shown = {" ".join(each.split()) for each in re.split(r"(?s)<[^>]*>", text)}
    shown |= set(ATTRIBUTE.findall(text))
    shown -= {label for name in list_names() for label in code_list(name).labels.values()}
    shown -= {part.title_es for part in COMPARTMENTS.values()}
    said_otherwise = [one for one in said("en") if one.string and one.string != one.id]
    return [one.id for one in said_otherwise if isinstance(one.id, str) and one.id in shown]


def test_work_case_and_plan_read_in_english(world: World) -> None:
    story, _activity = running(world)
    browser = Browser(world, story.person.officer)
    case, plan = f"/casos/{story.person.case}", f"/planes/{story.code}"
    assert spanish_of(browser.get("/trabajo"))
    answer = english(browser, case)
    assert (answer.status_code, answer.headers["location"]) == (303, case)
    for path in (
        "/trabajo",
        case,
        f"{case}/equipo",
        f"{case}/notas",
        plan,
        f"{plan}/archivos",
        "/accesibilidad",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert '<html lang="en"' in page.text
        assert spanish_of(page) == [], path
    refused = browser.post(f"{case}/notas", {"text": ""})
    assert (refused.status_code, '<html lang="en"' in refused.text) == (422, True)
    browser.post("/sesion/bloquear")
    locked = browser.get("/sesion/bloqueada", params={"volver": case})
    assert "Your session is locked" in locked.text
    assert "/ingreso?idioma" not in locked.text


def test_the_door_changes_its_language_and_keeps_the_way_back(world: World) -> None:
    browser = Browser(world)
    door = browser.get("/ingreso", params={"volver": "/casos/abiertos?x=1"})
    assert '<html lang="es"' in door.text
    (link,) = re.findall(r'<a [^>]*href="([^"]+)" hreflang="en"', door.text)
    changed = browser.get(html.unescape(link))
    assert '<html lang="en"' in changed.text
    assert 'action="/ingreso?volver=' in changed.text
    assert "abiertos" in changed.text
    assert '<html lang="es"' in browser.get("/ingreso", params={"idioma": "xx"}).text
    assert "Sign in to RUV-Trata" in changed.text


@pytest.mark.parametrize("javascript", [True, False])
def test_the_header_changes_the_language_of_the_page_one_is_on(
    browser_page: OpenPage, world: World, javascript: bool
) -> None:
    page, _watch = browser_page(world.actor("cem_officer"), javascript=javascript)
    page.goto("/casos?grupo=cerrados")
    for code in ("en", "es"):
        page.click(f".ruv-languages button[value={code}]")
        page.wait_for_selector(f"html[lang={code}]")
        assert page.url.endswith("/casos?grupo=cerrados")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Catalogues of the test's own."""
    for language in catalogue.TRANSLATED:
        shutil.copy(catalogue.catalogue_path(language), tmp_path)
    monkeypatch.setattr(i18n, "files", lambda _package: tmp_path)
    _forget()
    yield tmp_path
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    i18n.available.cache_clear()
    i18n._catalogue.cache_clear()


def test_a_language_is_offered_once_it_has_a_sentence(planted: Path) -> None:
    assert i18n.available() == ("es", "en")
    path = planted / "quz.po"
    mark = 'msgid "Guardar"\nmsgstr "'
    text = path.read_text("utf-8")
    assert mark in text
    path.write_text(text.replace(mark, f"{mark}Waqaychay"), "utf-8")
    _forget()
    assert i18n.available() == ("es", "en", "quz")
    i18n.speak("quz")
    try:
        assert (i18n.gettext("Guardar"), i18n.gettext("Cancelar")) == ("Waqaychay", "Cancelar")
        assert i18n.ngettext("un caso", "casos", 2) == "casos"
    finally:
        i18n.speak("es")
