"""Releases and indicators over HTTP: stored bytes, entity tags, no filters, no drafts for readers."""

from __future__ import annotations

import hashlib
import itertools
import json

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.runtime import Runtime
from app.services.releases.build import build
from app.services.releases.service import ROLE
from tests.accounts.office import institution, made_by_one
from tests.factories import World

_YEARS = itertools.count(2000)


@pytest.fixture
def year() -> int:
    """A closed year nobody else of the shared database releases."""
    return next(_YEARS)


@pytest.fixture(scope="module")
def release_year() -> int:
    return next(_YEARS)


@pytest.fixture(scope="module")
def published(runtime: Runtime, base_url: str, release_year: int) -> str:
    world = World(runtime, base_url)
    first, second = world.actor("registry_steward"), world.actor("data_protection_officer")
    code = build(runtime.database, first, release_year).code
    for actor in (first, second):
        assert world.client(actor).post(f"/api/v1/releases/{code}/approvals").status_code == 201
    world.close()
    return code


@pytest.fixture
def analyst(world: World) -> httpx.Client:
    return world.client(world.actor("analyst"))


def test_analyst_lists_reads_and_downloads(analyst: httpx.Client, published: str, release_year: int) -> None:
    listed = analyst.get("/api/v1/releases").json()
    assert published in {release["code"] for release in listed["items"]}
    assert {"year": release_year, "spent": pytest.approx(0.25), "left": pytest.approx(0.25)} in listed[
        "budget"
    ]
    shown = analyst.get(f"/api/v1/releases/{published}").json()
    assert shown["across_institutions"] is True
    assert len(shown["approvals"]) == 2
    assert {f"{f['name']}.{f['format']}" for f in shown["files"]} == {
        *(f"T{n}.{kind}" for n in range(5) for kind in ("csv", "json")), "metadata.json",
    }  # fmt: skip
    for entry in shown["files"]:
        answer = analyst.get(entry["href"])
        assert answer.status_code == 200
        assert hashlib.sha256(answer.content).hexdigest() == entry["sha256"]
        assert answer.headers["etag"] == f'"{entry["sha256"]}"'
        assert answer.headers["content-type"].startswith(
            "text/csv" if entry["format"] == "csv" else "application/json"
        )


def test_same_bytes_on_every_read_and_304_for_who_has_them(
    world: World, analyst: httpx.Client, published: str
) -> None:
    path = f"/api/v1/releases/{published}/tables/T1.csv"
    first = analyst.get(path)
    world.register(world.actor("police_investigator"), identity={"sex": "MUJER"})
    again = analyst.get(path)
    assert again.content == first.content
    tag = first.headers["etag"]
    for sent in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = analyst.get(path, headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert analyst.get(path, headers={"If-None-Match": '"otra"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tables/T9.csv", 404),
        ("tables/T1.xlsx", 404),
        ("tables/T1", 404),
        ("tables/T1.csv.json", 404),
        ("tables/%00.csv", 404),
        ("tables/T1.csv?departamento=17", 422),
        ("tables/T1.csv?sexo=MUJER&limit=1", 422),
        ("tables/T1.csv'%20OR%201=1--.csv", 404),
        ("tables/..%2F..%2Fvictim.csv", 404),
        ("?tabla=T1", 422),
    ],
)
def test_no_ad_hoc_question_is_answered(
    analyst: httpx.Client, published: str, path: str, status: int
) -> None:
    joined = (
        f"/api/v1/releases/{published}{path}" if path[0] == "?" else f"/api/v1/releases/{published}/{path}"
    )
    answer = analyst.get(joined)
    assert answer.status_code in {status, 422} if "%00" in path else answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert "valor" not in answer.json()


def test_unknown_releases_are_404(analyst: httpx.Client) -> None:
    for code in ("LI-0000-0000", "TP-7K3M-9QXC", "1", "x" * 200):
        assert analyst.get(f"/api/v1/releases/{code}").status_code in {404, 422}


def test_a_draft_does_not_exist_for_readers(
    world: World, runtime: Runtime, analyst: httpx.Client, year: int
) -> None:
    steward = world.actor("registry_steward")
    code = build(runtime.database, steward, year).code
    for path in ("", "/tables/T0.csv", "/tables/metadata.json"):
        assert analyst.get(f"/api/v1/releases/{code}{path}").status_code == 404
        assert world.client(steward).get(f"/api/v1/releases/{code}{path}").status_code == 200
    assert code not in analyst.get("/api/v1/releases").text
    assert analyst.post(f"/api/v1/releases/{code}/approvals").status_code == 403
    own = world.client(steward)
    assert own.post(f"/api/v1/releases/{code}/approvals").status_code == 201
    assert own.post(f"/api/v1/releases/{code}/approvals").status_code == 409
    assert analyst.get(f"/api/v1/releases/{code}").status_code == 404


@pytest.mark.parametrize("hand", ["each other", "a third"])
def test_two_accounts_of_one_human_approve_once(world: World, runtime: Runtime, year: int, hand: str) -> None:
    first, second = world.actor("registry_steward"), world.actor("data_protection_officer")
    place = institution(world)
    if hand == "a third":
        made_by_one(world, place.admin, place.second, first, second)
    else:
        made_by_one(world, first, place.second, second)
    code = build(runtime.database, first, year).code
    url = f"/api/v1/releases/{code}/approvals"
    assert world.client(first).post(url).status_code == 201
    refusal = world.client(second).post(url)
    assert refusal.status_code == 403, refusal.text
    assert "90 días" in refusal.json()["detail"]
    by_hand = text(
        "INSERT INTO release.approval (release_id, user_id, institution_id, role)"
        " SELECT r.id, :u, :i, :r FROM release.release r WHERE r.code = :c"
    )
    values = {"u": second.user_id, "i": second.institution_id, "r": second.role, "c": code}
    with pytest.raises(ProgrammingError, match="not permitted"), runtime.database.reporting(ROLE) as stored:
        stored.execute(by_hand, values)
    with world.session(world.actor("analyst")) as session:
        asked = text("SELECT ruv.approval_of_one_hand(:c)")
        assert session.scalar(asked, {"c": code}) is False  # of the one who asks, and of nobody else
    assert world.client(second).get(f"/api/v1/releases/{code}").json()["published_at"] is None
    other = world.client(world.actor("data_protection_officer"))
    assert other.post(url).json()["published_at"] is not None


def test_who_may_not_read_gets_nothing(world: World, published: str) -> None:
    police = world.client(world.actor("police_investigator"))
    nobody = world.client()
    for path in ("/api/v1/releases", f"/api/v1/releases/{published}/tables/T0.csv", "/api/v1/indicators"):
        assert police.get(path).status_code == 403
        assert nobody.get(path).status_code == 401


def test_indicators(analyst: httpx.Client, world: World) -> None:
    listed = analyst.get("/api/v1/indicators").json()["items"]
    assert [entry["code"] for entry in listed] == ["3.1.b", "3.2.b", "3.2.c", "3.3.b"]
    world.register(world.actor("police_investigator"), identity={"sex": "MUJER"})
    for entry in listed:
        answer = analyst.get(f"/api/v1/indicators/{entry['code']}", params={"year": 2024})
        assert answer.status_code == 200
        (period,) = answer.json()["periods"]
        if entry["unit"] == "encuestas":  # none were counted: few are withheld, and they have no department
            assert period["national"]["persons"] is None
            assert period["departments"] == []
            continue
        assert period["national"]["persons"] is None or period["national"]["persons"] >= 11
        assert len(period["departments"]) == 26
    assert analyst.get("/api/v1/indicators/3.1.b").json()["unit"] == "personas"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/9.9.z", 404),
        ("/3.1.b?year=abc", 422),
        ("/3.1.b?year=99999999999", 422),
        ("/3.1.b?department=17", 422),
        ("?codigo=1", 422),
    ],
)
def test_malformed_questions_to_indicators(analyst: httpx.Client, path: str, status: int) -> None:
    answer = analyst.get(f"/api/v1/indicators{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_every_read_is_recorded(world: World, runtime: Runtime, published: str) -> None:
    reader = world.actor("analyst")
    client = world.client(reader)
    client.get(f"/api/v1/releases/{published}/tables/T0.json")
    client.get("/api/v1/indicators/3.3.b?year=2024")
    officer = world.actor("data_protection_officer")
    with world.session(officer) as session:
        events = session.connection().exec_driver_sql(
            "SELECT action, event FROM audit_event WHERE user_id = %(u)s ORDER BY id", {"u": reader.user_id}
        )
        found = [(action, json.loads(event)["detail"]) for action, event in events]
    assert found == [
        ("releases.read", {"release": published, "format": "json"}),
        ("indicators.read", {"indicator": "3.3.b", "year": 2024}),
    ]
