"""What machines rely on: names of operations, headers, and clear answers to what cannot be read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from app.api.documentation import TAGS
from app.api.reference import encoded
from app.config import Settings
from app.main import create_app
from tests import contract
from tests.factories import World
from tests.scratch import serve

OPERATIONS = Path(__file__).with_name("operations.txt")
CASES = "/api/v1/cases"


def named() -> list[str]:
    """`GET /path victims_read` for every operation."""
    return sorted(f"{one.method} {one.path} {one.said['operationId']}" for one in contract.operations())


def test_the_names_of_operations_stay() -> None:
    """A client is generated from them and breaks with one that changes: the file changes on purpose alone."""
    assert named() == OPERATIONS.read_text(encoding="utf-8").splitlines()


def test_names_and_tags_are_of_use_in_any_language() -> None:
    names = [one.said["operationId"] for one in contract.operations()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", name) for name in names)
    assert {tag for one in contract.operations() for tag in one.said["tags"]} == set(TAGS)
    assert [tag["name"] for tag in contract.document()["tags"]] == list(TAGS)


def test_every_operation_describes_its_refusals() -> None:
    for one in contract.operations():
        content = one.said["responses"]["4XX"]["content"]
        assert content["application/problem+json"]["schema"]["$ref"].endswith("/Problema"), one.path
        assert "Retry-After" in one.said["responses"]["4XX"]["headers"], one.path


def test_the_document_is_encoded_once_and_not_sent_again(world: World) -> None:
    first, second = (world.client().get("/openapi.json") for _ in range(2))
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert (second.headers["etag"], second.content) == (tag, first.content)
    assert first.headers["cache-control"] == "private, max-age=300"
    for sent in (tag, f'"otra", {tag}', f"W/{tag}", "*"):
        again = world.client().get("/openapi.json", headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert world.client().get("/openapi.json", headers={"If-None-Match": '"otra"'}).status_code == 200
    app = create_app(Settings())
    assert encoded(app) is encoded(app)


def test_the_document_is_shown_where_the_setting_allows_it(world: World) -> None:
    assert world.client().get("/openapi.json").json() == contract.document()
    closed = world.runtime.settings.model_copy(update={"api_document": False})
    with serve(replace(world.runtime, settings=closed), closed) as address:
        answer = httpx.get(f"{address}/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("headers", "content", "status", "words"),
    [
        ({"Content-Type": "application/json"}, b'{"victim": ', 400, "JSON bien formado"),
        ({"Content-Type": "application/json"}, b"\xff\xfe", 400, "JSON bien formado"),
        ({"Content-Type": "text/plain"}, b'{"victim": "x"}', 415, "application/json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"victim=x", 415, "application/json"),
        ({"Content-Type": "application/problem+json"}, b'{"victim": 1}', 422, "Revise los campos"),
        ({}, b"", 422, "Revise los campos"),
    ],
)
def test_what_cannot_be_read_is_told_apart(
    world: World, headers: dict[str, str], content: bytes, status: int, words: str
) -> None:
    client = world.client(world.actor("cem_officer"))
    answer = client.post(CASES, content=content, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]
    assert not any(error["field"].isdecimal() for error in answer.json().get("errors", []))


def test_the_sign_in_takes_a_form(world: World) -> None:
    answer = world.client().post("/api/v1/auth/token", json={"username": "x", "password": "y"})
    assert answer.status_code == 415
    assert "application/x-www-form-urlencoded" in answer.json()["detail"]


def test_a_method_that_is_not_there_is_told_with_those_that_are(world: World) -> None:
    client = world.client(world.actor("cem_officer"))
    answer = client.delete(CASES)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert client.put(f"{CASES}/CA-0000-0000").headers["allow"] == "GET, HEAD"


def test_head_answers_as_get_without_the_body(world: World) -> None:
    client = world.client(world.actor("cem_officer"))
    whole, head = client.get(CASES), client.head(CASES)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert client.head(f"{CASES}/CA-0000-0000").status_code == 404
    page = world.client().head("/ingreso")
    assert (page.status_code, page.content) == (200, b"")


def test_what_is_looked_at_by_head_is_in_the_trace(world: World) -> None:
    officer = world.actor("cem_officer")
    made = world.register(
        officer, identity={"given_names": "Aymé", "first_surname": "Llulluy", "sex": "MUJER"}
    )
    client = world.client(officer)
    assert client.head(f"/api/v1/victims/{made.code}").status_code == 200
    entries = client.get(f"/api/v1/victims/{made.code}/access-log").json()["items"]
    assert any("identi" in str(entry).lower() for entry in entries)


@pytest.mark.parametrize("body", [[], {"items": []}])
def test_a_list_of_another_form_is_found(body: object) -> None:
    request = httpx.Request("GET", f"http://127.0.0.1{CASES}")
    assert contract.broken(httpx.Response(200, json=body, request=request))
    assert not contract.broken(httpx.Response(200, json={"items": [], "next": None}, request=request))


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/api/v1/cases/CA-0000-0000", 200, {}),
        ("/api/v1/cases", 200, {"ETag": '"1"'}),
        ("/api/v1/cases", 204, {}),
    ],
)
def test_an_answer_that_breaks_the_promise_is_found(path: str, status: int, headers: dict[str, str]) -> None:
    request = httpx.Request("GET", f"http://127.0.0.1{path}")
    assert contract.broken(httpx.Response(status, headers=headers, request=request))
