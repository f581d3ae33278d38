"""Files of a plan over HTTP: who adds, lists, reads and withdraws them; and what is stored of them."""

from __future__ import annotations

import io
import socket
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from PIL import Image
from sqlalchemy import Engine, text

from tests.cases.story import API, at_once, ok, problem, rows, shared_with, unit_code
from tests.evidence import samples
from tests.factories import World
from tests.plans.story import Drafted, drafted, running

PHOTO = samples.photo()


def send(
    client: httpx.Client, plan: str, activity: str | None, raw: bytes = PHOTO, **more: Any
) -> httpx.Response:
    """Upload a file to an activity, or to the plan itself."""
    place = f"/activities/{activity}" if activity else ""
    params = {"kind": more.pop("kind", "FOTOGRAFIA")}
    return client.post(f"{API}/plans/{plan}{place}/evidence", content=raw, params=params, headers=more)


def events(admin: Engine, victim_id: int, action: str) -> int:
    """How often an action on a person is in the trace."""
    query = text("SELECT count(*) FROM audit_event WHERE victim_id = :v AND action = :a")
    with admin.connect() as connection:
        return int(connection.scalar(query, {"v": victim_id, "a": action}) or 0)


def pieces(admin: Engine, plan: Drafted, statement: str, **values: Any) -> None:
    """Change pieces of the plan's files past every lock."""
    with admin.begin() as connection:
        connection.execute(text(statement), {"v": plan.person.victim_id, **values})


def test_a_file_goes_in_and_comes_out_clean(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    made = send(plan.client, plan.code, activity)
    code = ok(made, 201)["code"]
    assert made.headers["location"] == f"{API}/evidence/{code}"
    (item,) = ok(plan.client.get(f"{plan.url}/evidence"))["items"]
    assert (item["code"], item["activity"], item["kind_label"]) == (code, activity, "Fotografía")
    assert (item["media_type"], item["state"], item["version"]) == ("image/jpeg", "VIGENTE", 1)
    assert events(admin, plan.person.victim_id, "evidence.read") == 0
    answer = plan.client.get(f"{API}/evidence/{code}")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{code}.jpg"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) == item["bytes"] == int(answer.headers["content-length"])
    assert samples.SECRET.encode() not in answer.content
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (64, 48)
    assert events(admin, plan.person.victim_id, "evidence.read") == 1


def test_nothing_of_a_file_is_stored_in_the_clear(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    words = "Constancia-que-nadie-lee"
    ok(send(plan.client, plan.code, activity, samples.pdf(words), kind="CONSTANCIA"), 201)
    with admin.connect() as connection:
        dump = connection.scalar(
            text(
                "SELECT string_agg(t::text, '') FROM (SELECT f::text AS t FROM evidence_file f"
                " UNION ALL SELECT c::text FROM evidence_chunk c) AS t"
            )
        )
    assert words.encode().hex() not in dump
    assert words not in dump


def test_a_long_file_is_cut_into_pieces_and_put_together(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    code = ok(send(plan.client, plan.code, activity, samples.noise((1600, 1000))), 201)["code"]
    assert rows(world, plan.person.officer, "evidence_chunk", plan.person.victim_id) > 16
    answer = plan.client.get(f"{API}/evidence/{code}")
    with Image.open(io.BytesIO(answer.content)) as image:
        image.load()
        assert image.size == (1600, 1000)


CHANGES = {
    "changed": "UPDATE evidence_chunk SET sealed = overlay(sealed PLACING '\\x00'::bytea FROM 40)"
    " WHERE victim_id = :v AND number = 1",
    "swapped": "UPDATE evidence_chunk c SET sealed = o.sealed FROM evidence_chunk o"
    " WHERE c.victim_id = :v AND o.victim_id = :v AND o.file_id = c.file_id"
    " AND c.number + o.number = 1 AND c.number IN (0, 1)",
    "cut": "DELETE FROM evidence_chunk c WHERE victim_id = :v AND number ="
    " (SELECT max(number) FROM evidence_chunk o WHERE o.file_id = c.file_id)",
    "cut with its size": "UPDATE evidence_file SET size_bytes = 131072 WHERE victim_id = :v",
    "a hole": "DELETE FROM evidence_chunk WHERE victim_id = :v AND number = 1",
    "of another file": "UPDATE evidence_chunk c SET sealed = o.sealed, key_version = o.key_version FROM"
    " evidence_chunk o WHERE c.victim_id = :v AND o.victim_id = :v AND o.file_id > c.file_id AND c.number = 1"
    " AND o.number = 1",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_piece_that_was_tampered_with_is_not_handed_out(world: World, admin: Engine, change: str) -> None:
    plan, activity = running(world)
    raw = samples.noise((400, 400))
    code = ok(send(plan.client, plan.code, activity, raw), 201)["code"]
    ok(send(plan.client, plan.code, activity, raw), 201)
    whole = plan.client.get(f"{API}/evidence/{code}").content
    pieces(admin, plan, CHANGES[change])
    with pytest.raises(httpx.RemoteProtocolError):
        assert plan.client.get(f"{API}/evidence/{code}").content != whole


def test_each_unit_sees_the_files_of_its_own_activities(world: World) -> None:
    plan = drafted(world)
    school, client, _ = shared_with(
        world, plan.person, "social_programme_officer", service_type="EDUCACION", compartments=["plan"]
    )
    theirs = plan.activity(unit_code(world, school))
    ours = plan.activity(unit_code(world, plan.person.officer))
    codes = [ok(send(plan.client, plan.code, at), 201)["code"] for at in (None, ours, theirs)]
    listed = ok(client.get(f"{plan.url}/evidence"))["items"]
    assert [item["code"] for item in listed] == [codes[2]]
    assert rows(world, school, "evidence_file", plan.person.victim_id) == 1
    assert [client.get(f"{API}/evidence/{code}").status_code for code in codes] == [404, 404, 200]
    own = ok(send(client, plan.code, theirs), 201)["code"]
    problem(send(client, plan.code, None), 403)
    problem(send(client, plan.code, ours), 404)
    for code, status in ((own, 200), (codes[2], 403)):
        answer = client.post(
            f"{API}/evidence/{code}/withdrawal", json={"reason": "REPETIDO"}, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == status
    assert len(ok(plan.client.get(f"{plan.url}/evidence"))["items"]) == 4


def test_an_outsider_gets_nothing(world: World) -> None:
    plan, activity = running(world)
    code = ok(send(plan.client, plan.code, activity), 201)["code"]
    stranger = world.actor("cem_officer")
    client = world.client(stranger)
    problem(client.get(f"{API}/evidence/{code}"), 404)
    problem(client.get(f"{plan.url}/evidence"), 404)
    problem(send(client, plan.code, activity), 404)
    answer = client.post(
        f"{API}/evidence/{code}/withdrawal", json={"reason": "REPETIDO"}, headers={"If-Match": '"1"'}
    )
    problem(answer, 404)
    for table in ("evidence_file", "evidence_chunk"):
        assert rows(world, stranger, table, plan.person.victim_id) == 0
    assert client.get(f"{API}/evidence/{code}", headers={"Authorization": ""}).status_code == 401


def test_a_file_is_withdrawn_with_a_reason_and_stays_stored(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    code = ok(send(plan.client, plan.code, activity), 201)["code"]
    url = f"{API}/evidence/{code}/withdrawal"
    problem(plan.client.post(url, json={"reason": "NO_HAY"}, headers={"If-Match": '"1"'}), 422)
    problem(plan.client.post(url, json={"reason": "REPETIDO"}, headers={"If-Match": '"7"'}), 412)
    problem(plan.client.post(url, json={"reason": "REPETIDO"}), 428)
    body, tag = {"reason": "OTRA_PERSONA"}, {"If-Match": '"1"'}
    clients = [world.client(plan.person.officer) for _ in range(3)]
    calls = [partial(client.post, url, json=body, headers=tag) for client in clients]
    statuses = at_once(calls)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 412}
    problem(plan.client.get(f"{API}/evidence/{code}"), 409)
    (item,) = ok(plan.client.get(f"{plan.url}/evidence"))["items"]
    assert (item["state"], item["withdrawal_label"]) == ("RETIRADA", "Muestra o menciona a otra persona")
    assert rows(world, plan.person.officer, "evidence_chunk", plan.person.victim_id) == 0
    with admin.connect() as connection:
        query = text("SELECT count(*) FROM evidence_chunk WHERE victim_id = :v")
        assert connection.scalar(query, {"v": plan.person.victim_id}) == 1


def test_what_is_refused_leaves_nothing_behind(world: World) -> None:
    plan, activity = running(world)
    client = plan.client
    for raw, status in (
        (b"MZ" + b"0" * 100, 415),
        (PHOTO[:400], 422),
        (samples.bomb(), 422),
        (b"", 400),
        (b"\xff\xd8\xff" + bytes(15 * 1024 * 1024), 413),
    ):
        problem(send(client, plan.code, activity, raw), status)
    assert problem(send(client, plan.code, activity, kind="NO_HAY"), 422)["errors"][0]["field"] == "kind"
    problem(send(client, plan.code, "AC-0000-0000-0000"), 404)
    for table in ("evidence_file", "evidence_chunk"):
        assert rows(world, plan.person.officer, table, plan.person.victim_id) == 0


def test_an_upload_that_breaks_off_stores_nothing(world: World, base_url: str) -> None:
    plan, activity = running(world)
    at = urlsplit(base_url)
    head = (
        f"POST {API}/plans/{plan.code}/activities/{activity}/evidence?kind=FOTOGRAFIA HTTP/1.1\r\n"
        f"Host: x\r\nAuthorization: {plan.client.headers['authorization']}\r\n"
        f"Content-Length: {len(PHOTO)}\r\n\r\n"
    )
    with socket.create_connection((str(at.hostname), int(at.port or 0)), timeout=5) as line:
        line.sendall(head.encode() + PHOTO[:-20])
    assert ok(plan.client.get(f"{plan.url}/evidence"))["items"] == []
    chunked = plan.client.post(
        f"{plan.url}/evidence",
        params={"kind": "OTRO"},
        content=iter([b"\xff\xd8\xff", bytes(16 * 1024 * 1024)]),
    )
    assert chunked.status_code == 413


def test_the_same_key_adds_one_file(world: World) -> None:
    plan, activity = running(world)
    key = {"Idempotency-Key": "una-foto"}
    first = ok(send(plan.client, plan.code, activity, **key), 201)
    assert ok(send(plan.client, plan.code, activity, **key), 201) == first
    problem(send(plan.client, plan.code, activity, samples.photo("PNG"), **key), 409)
    assert len(ok(plan.client.get(f"{plan.url}/evidence"))["items"]) == 1


def test_a_plan_holds_so_much_and_a_closed_one_no_more(world: World, admin: Engine) -> None:
    plan, activity = running(world)
    ok(send(plan.client, plan.code, activity), 201)
    pieces(admin, plan, "UPDATE evidence_file SET size_bytes = 300 * 1024 * 1024 WHERE victim_id = :v")
    assert "máximo" in problem(send(plan.client, plan.code, activity), 409)["detail"]
    pieces(admin, plan, "UPDATE evidence_file SET size_bytes = 1 WHERE victim_id = :v")
    ok(send(plan.client, plan.code, activity), 201)
    pieces(admin, plan, "UPDATE plan SET state = 'CUMPLIDO' WHERE victim_id = :v")
    assert "cerrado" in problem(send(plan.client, plan.code, activity), 409)["detail"]


def test_a_long_file_does_not_fill_the_memory(world: World) -> None:
    plan, activity = running(world)
    raw = samples.noise((3600, 2500))
    assert 9_000_000 < len(raw) < 15 * 1024 * 1024
    ok(
        send(plan.client, plan.code, activity, samples.noise((3500, 2500))), 201
    )  # what cleaning keeps for itself
    process = psutil.Process()
    before = process.memory_info().rss
    code = ok(send(plan.client, plan.code, activity, raw), 201)["code"]
    with plan.client.stream("GET", f"{API}/evidence/{code}") as answer:
        size = sum(len(part) for part in answer.iter_bytes())
    assert size > 4_000_000
    assert process.memory_info().rss - before < 120 * 1024 * 1024
