"""`/docs`: every operation of the document stands on it, in Spanish, and nothing comes from outside."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from app.edge import errors_page
from app.web.kit.page import POLICY
from app.web.reference import reading as reference
from tests import contract
from tests.factories import World
from tests.scratch import serve
from tests.web.conftest import OpenPage
from tests.web.looking import looked_at

TAGS = [tag["name"] for tag in contract.document()["tags"]]


def unbroken(page: str) -> str:
    """A page without the places at which the line of a name may end."""
    return page.replace("<wbr>", "")


def test_every_operation_stands_on_it(world: World) -> None:
    shown = world.client().get("/docs").text
    for one in contract.operations():
        assert f'<code class="ruv-hash">{one.method} {one.path}</code>' in shown, one.path
        assert f'href="/docs/{one.said["tags"][0]}#{one.said["operationId"]}"' in shown, one.path


def test_each_group_tells_what_its_operations_take_and_answer(world: World) -> None:
    client = world.client()
    pages = {tag: unbroken(client.get(f"/docs/{tag}").text) for tag in TAGS}
    for one in contract.operations():
        page = pages[one.said["tags"][0]]
        assert f'id="{one.said["operationId"]}"' in page, one.path
        for parameter in one.said.get("parameters", ()):
            assert f">{parameter['name']}</code>" in page, one.path
    assert ">compartments</code>" in pages["victims"]
    assert ">not_duplicate.reason</code>" in pages["victims"]
    assert "Successful Response" not in "".join(pages.values())


def test_each_answer_is_told_field_by_field(world: World) -> None:
    """With the unit, an example and the list of codes of those that have one."""
    page = unbroken(world.client().get("/docs/notes").text)
    view = contract.document()["components"]["schemas"]["NoteView"]["properties"]
    for name, said in view.items():
        assert f">items[].{name}</code>" in page, name
        assert said["description"].split("`")[0] in page, name
    assert "Lista de códigos: <code" in page
    assert ">note_kind</code>" in page
    assert f">{view['code']['examples'][0]}</code>" in page
    assert "Unidad de medida: bytes" in world.client().get("/docs/evidence").text
    assert ">ETag</code>: Versión leída" in world.client().get("/docs/plans").text


def test_the_problems_are_told_with_what_to_do(world: World) -> None:
    page = world.client().get("/docs").text
    for kind in errors_page.kinds():
        assert f">urn:ruv:problem:{kind.type}</code>" in page, kind.type


@pytest.mark.parametrize("path", ["/docs", "/docs/victims"])
def test_nothing_comes_from_outside(world: World, path: str) -> None:
    answer = world.client().get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)
    assert "<style" not in answer.text
    assert not re.findall(r"<script(?![^>]*\bsrc=)", answer.text)


def test_a_group_that_is_not_there_is_not_found(world: World) -> None:
    assert world.client().get("/docs/nothing").status_code == 404


def test_it_is_shown_where_the_setting_allows_it(world: World) -> None:
    closed = world.runtime.settings.model_copy(update={"api_document": False})
    with serve(replace(world.runtime, settings=closed), closed) as address:
        assert [httpx.get(f"{address}{path}").status_code for path in ("/docs", "/docs/victims")] == [
            404,
            404,
        ]


def test_a_body_that_holds_itself_has_an_end() -> None:
    knot = {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/Knot"}}}
    said = {
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Knot"}}}}
    }
    found = list(reference.body({"components": {"schemas": {"Knot": knot}}}, said))
    assert [field.name for field in found] == ["again", "again.again", "again.again.again"]


def test_it_has_no_barriers(browser_page: OpenPage, world: World) -> None:
    page, _watch = browser_page(world.actor("cem_officer"))
    wrong = []
    for path in ("/docs", "/docs/victims", "/docs/evidence"):
        page.goto(path)
        wrong += [f"{path}: {what}" for what in looked_at(page, path)]
    assert wrong == []
