"""The code lists as everybody who is signed in looks them through."""

from __future__ import annotations

import pytest

from app.catalogues import list_names
from app.errors import NotFound
from app.services.catalogues import codes_of, lists, titles
from tests.factories import World


def test_every_list_has_a_title_of_its_own() -> None:
    assert titles().keys() == set(list_names())
    assert len(set(titles().values())) == len(titles())
    shown = lists()
    assert len(shown) == len(list_names())
    assert next(one for one in shown if one["name"] == "sex")["codes"] == 2


def test_a_list_is_searched_without_regard_to_capitals_and_accents() -> None:
    assert [one["label"] for one in codes_of("country", " PERU ")["items"]] == ["Perú"]
    assert [one["code"] for one in codes_of("department", "08")["items"]] == ["08"]
    nothing = codes_of("country", "Atlántida")
    assert (nothing["items"], nothing["total"]) == ([], 249)
    offence = codes_of("offence", "129-A")["items"][0]
    assert offence["valid_from"] == "2021-03-31"
    assert offence["source"].startswith("Código Penal")
    with pytest.raises(NotFound):
        codes_of("../sex")


def test_lists_are_read_over_http_by_who_is_signed_in(world: World) -> None:
    client = world.client(world.actor("analyst"))
    names = [one["name"] for one in client.get("/api/v1/catalogues").json()["items"]]
    assert sorted(names) == sorted(list_names())
    assert len(client.get("/api/v1/catalogues/ubigeo").json()["items"]) == 1894
    assert client.get("/api/v1/catalogues/nada").status_code == 404
    assert world.client().get("/api/v1/catalogues").status_code == 401
