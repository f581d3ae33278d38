"""The directory out and in as HSDS JSON: round trip, all or nothing, and every refusal with its place."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from app.access.act import CARE, Act
from app.access.actor import SETUP
from app.errors import Forbidden, Invalid
from app.services.directory.exchange import exported, imported
from app.services.directory.service import NO_SHELTER
from tests.cases.story import ok
from tests.cli.conftest import Ruv, installed, ruv, settings_of_the_test  # noqa: F401 - fixtures
from tests.directory.test_directory import URL, keeper, place, service
from tests.factories import World

Page = dict[str, Any]


@pytest.fixture
def page(world: World) -> Page:
    """What the directory exports of one unit with two services at one place; the rest is left out."""
    _, client, unit = keeper(world)
    spot = ok(client.post(f"{URL}/locations", json=place(unit, city="Puerto Maldonado")), 201)["id"]
    full = service(
        unit,
        description="Con cita",
        populations=["NNA", "EXTRANJERAS"],
        eligibility="Documento no exigido",
        schedule="Lunes a viernes de 8 a 16 h",
        email="cem@example.org",
        url="https://example.org/cem",
        capacity_note="10 por semana",
        locations=[spot],
    )
    keys = [ok(client.post(f"{URL}/services", json=body), 201)["id"] for body in (full, service(unit))]
    whole = ok(client.get(f"{URL}/export"))
    contents = [found for found in whole["contents"] if found["id"] in keys]
    return {**whole, "contents": contents}


def load(world: World, page: Page, actor: Any = SETUP) -> dict[str, int]:
    """Import the page."""
    with world.session(actor) as session:
        return dict(imported(Act(session, CARE), json.dumps(page).encode()))


def again(world: World, page: Page) -> list[Page]:
    """The services of the page as the directory exports them now."""
    keys = {found["id"] for found in page["contents"]}
    with world.session(SETUP) as session:
        return [found for found in exported(Act(session, CARE))["contents"] if found["id"] in keys]


def renewed(page: Page) -> Page:
    """The same page with identifiers nobody has."""
    text = json.dumps(page)
    own = [found["id"] for found in page["contents"]]
    own += [
        at["location"]["id"] for found in page["contents"] for at in found.get("service_at_locations", [])
    ]
    for key in own:
        text = text.replace(key, str(uuid.uuid4()))
    found: Page = json.loads(text)
    return found


def plain(contents: list[Page]) -> list[Page]:
    """Services without the identifiers that follow from their own."""

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(inner) for name, inner in value.items() if name != "id"}
        return [bare(inner) for inner in value] if isinstance(value, list) else value

    return sorted((bare(found) for found in contents), key=lambda found: json.dumps(found, sort_keys=True))


def test_what_is_exported_is_imported_as_it_was(world: World, page: Page) -> None:
    copy = renewed(page)
    assert load(world, copy) == {"created": 3}
    assert plain(again(world, copy)) == plain(page["contents"])
    assert load(world, copy) == {"same": 3}
    copy["contents"][0]["name"] = "Otro nombre"
    assert load(world, copy) == {"same": 2, "changed": 1}
    assert plain(again(world, copy)) == plain(copy["contents"])


def test_the_words_are_those_of_the_specification(page: Page) -> None:
    (full,) = [found for found in page["contents"] if found.get("service_at_locations")]
    assert full["status"] == "active"
    assert full["assured_date"] == "2026-10-01"
    assert full["organization"]["organization_identifiers"][0]["identifier_type"] == "RUV"
    assert full["service_areas"][0]["uri"] == "urn:ubigeo:17"
    location = full["service_at_locations"][0]["location"]
    assert (location["location_type"], location["external_identifier"]) == ("physical", "170101")
    address = location["addresses"][0]
    assert {"address_1", "city", "state_province", "postal_code", "country", "address_type"} < set(address)
    for required in ("id", "name", "status"):
        assert full[required]


def broken(page: Page, change: Any) -> Page:
    copy = renewed(page)
    change(copy["contents"])
    return copy


PLANTED = {
    "an unknown field": (lambda c: c[1].update(secret="x"), "/contents/1/secret"),
    "an unknown field below": (lambda c: c[0]["phones"][0].update(fax="1"), "/contents/0/phones/0/fax"),
    "an unknown status": (lambda c: c[0].update(status="open"), "/contents/0/status"),
    "an unknown code": (lambda c: c[0]["attributes"][1].update(value="MAGIA"), "/contents/0/service_types"),
    "no unit": (lambda c: c[0]["attributes"].pop(0), "/contents/0/unit"),
    "an unknown unit": (lambda c: c[1]["attributes"][0].update(value="NO-HAY"), "/contents/1"),
    "twice the same": (lambda c: c[1].update(id=c[0]["id"]), "/contents/1/id"),
    "a bad date": (lambda c: c[0].update(assured_date="ayer"), "/contents/0/assured_on"),
}


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_one_wrong_entry_keeps_all_out_and_is_pointed_at(world: World, page: Page, name: str) -> None:
    change, pointer = PLANTED[name]
    page["contents"].sort(key=lambda found: not found["service_at_locations"])
    copy = broken(page, change)
    with pytest.raises(Invalid) as refusal:
        load(world, copy)
    assert pointer in [e["field"] for e in refusal.value.errors]
    assert again(world, copy) == []


def test_a_shelter_in_the_file_is_refused(world: World, page: Page) -> None:
    shelter = world.unit("CAR")
    text = json.dumps(renewed(page)).replace(page["contents"][0]["attributes"][0]["value"], shelter)
    with pytest.raises(Invalid) as refusal:
        load(world, json.loads(text))
    assert NO_SHELTER in {e["message"] for e in refusal.value.errors}


def test_a_file_that_is_no_json_says_where(world: World) -> None:
    with pytest.raises(Invalid, match="línea 2 columna"), world.session(SETUP) as session:
        imported(Act(session, CARE), b'{"contents":\n [}')


def test_another_institution_imports_nothing_of_this_one(world: World, page: Page) -> None:
    copy = renewed(page)
    stranger, _, _ = keeper(world)
    with pytest.raises(Forbidden):
        load(world, copy, stranger)
    with pytest.raises(Forbidden):
        load(world, copy, world.actor("cem_officer"))
    assert again(world, copy) == []


def test_the_command_line_exports_and_imports(installed: Path, ruv: Ruv, tmp_path: Path) -> None:  # noqa: F811
    file = tmp_path / "directorio.json"
    assert ruv("directory", "export", file, "--data-dir", installed).code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["empty"] is True
    done = ruv("directory", "import", file, "--json", "--data-dir", installed)
    assert done.code == 0, done.err
    file.write_text('{"contents": [{"nombre": 1}]}', encoding="utf-8")
    wrong = ruv("directory", "import", file, "--data-dir", installed)
    assert wrong.code != 0
    assert "/contents/0/nombre" in wrong.err
