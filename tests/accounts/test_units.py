"""Units of one's institution over HTTP."""

from __future__ import annotations

import secrets

from tests.access.accounts import events
from tests.accounts.office import API, institution, ok
from tests.factories import World


def code() -> str:
    return f"FP-{secrets.token_hex(4).upper()}"


def test_units_are_listed_made_and_renamed(world: World) -> None:
    place = institution(world)
    place.member()
    client, new = place.client, code()
    body = {"code": new, "name": "  Segunda   Fiscalía ", "kind": "FISCALIA", "department": "08"}
    headers = {"Idempotency-Key": "una-unidad"}
    for _ in range(2):
        assert ok(client.post(f"{API}/units", json=body, headers=headers), 201) == {"code": new}
    assert client.post(f"{API}/units", json=body).status_code == 409
    ok(client.patch(f"{API}/units/{new}", json={"name": "Fiscalía de Cusco"}))
    listed = ok(client.get(f"{API}/units"))
    assert listed["kinds"] == ["CENTRAL", "FISCALIA"]
    by_code = {one["code"]: one for one in listed["items"]}
    assert len(by_code) == 4
    assert by_code[new] == {
        "code": new,
        "name": "Fiscalía de Cusco",
        "kind": "FISCALIA",
        "kind_label": "Fiscalía",
        "department": "08",
        "department_label": "Cusco",
        "accounts": 0,
    }
    assert by_code[place.unit]["accounts"] == 1
    assert [e["detail"]["unit"] for e in events(world, place.admin, "units.create")] == [new]
    assert [e["fields"] for e in events(world, place.admin, "units.write")] == [["name"]]


def test_what_a_unit_may_not_be_is_named(world: World) -> None:
    place, other = institution(world), institution(world)
    client = place.client
    good = {"code": code(), "name": "Fiscalía", "kind": "FISCALIA"}
    for wrong in (
        {"code": "con espacio"},
        {"name": "   "},
        {"name": "x" * 201},
        {"kind": "UPE"},
        {"department": "99"},
    ):
        answer = client.post(f"{API}/units", json={**good, **wrong})
        assert answer.status_code == 422, answer.text
        assert [e["field"] for e in answer.json()["errors"]] == list(wrong)
    assert client.post(f"{API}/units", json={**good, "code": other.unit.upper()}).status_code in {409, 201}
    assert client.patch(f"{API}/units/{other.unit}", json={"name": "Mía"}).status_code == 404
    assert client.patch(f"{API}/units/{place.unit}", json={"name": ""}).status_code == 422
