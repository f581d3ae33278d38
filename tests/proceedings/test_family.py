"""Registered relatives: each a person of her own, seen as far as one's scope goes, kept through merges."""

from __future__ import annotations

from typing import Any

import httpx

from tests.cases.story import (
    API,
    Registered,
    at_once,
    mandate,
    ok,
    problem,
    registered,
    rows,
    unit_code,
    without_row_security,
)
from tests.factories import World
from tests.merging.story import two_of

TABLE = "family_link"


def family_of(client: httpx.Client, code: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(client.get(f"{API}/victims/{code}/family"))["items"]
    return found


def link(
    client: httpx.Client, code: str, relative: str, relation: str = "HIJA_HIJO", **more: Any
) -> httpx.Response:
    body = {"relative": relative, "link": {"relation": relation, **more}}
    return client.post(f"{API}/victims/{code}/family", json=body)


def mother_and_child(world: World) -> tuple[Registered, str]:
    """A woman and her son, registered by the same officer and not linked yet."""
    mother = registered(world)
    child = world.register(mother.officer, identity={"given_names": "Luis", "age_years": 5})
    return mother, child.code


def test_a_child_is_a_person_and_seen_from_both_sides(world: World) -> None:
    mother, child = mother_and_child(world)
    ok(link(mother.client, mother.victim, child, dependent="SI", lives_with="SI"), 201)
    (down,) = family_of(mother.client, mother.victim)
    assert (down["relative"], down["relation"], down["depends"]) == (child, "HIJA_HIJO", "FAMILIAR")
    (up,) = family_of(mother.client, child)
    assert (up["relative"], up["relation"], up["depends"]) == (mother.victim, "MADRE_O_PADRE", "PERSONA")
    problem(link(mother.client, child, mother.victim, "MADRE"), 409)
    ok(mother.client.post(f"{API}/victims/{child}/family/{mother.victim}/end"))
    assert family_of(mother.client, mother.victim) == []
    problem(mother.client.post(f"{API}/victims/{child}/family/{mother.victim}/end"), 404)
    ok(link(mother.client, mother.victim, child), 201)


def test_who_sees_one_of_them_learns_only_that_there_is_another(world: World) -> None:
    mother, child = mother_and_child(world)
    ok(link(mother.client, mother.victim, child), 201)
    chief = world.actor("udavit_officer", supervisor=True)
    url = f"{API}/cases/{mother.case}/participations"
    ok(mother.client.post(url, json=mandate(unit_code(world, chief))), 201)
    other = world.client(chief)
    (item,) = family_of(other, mother.victim)
    assert (item["relative"], item["in_scope"]) == ("registrada; sin acceso", False)
    assert child not in str(item)
    problem(other.get(f"{API}/victims/{child}/family"), 404)
    problem(other.post(f"{API}/victims/{mother.victim}/family/{child}/end"), 404)
    with without_row_security(world):
        (item,) = family_of(other, mother.victim)
        assert item["relative"] == "registrada; sin acceso"


def test_nobody_else_sees_a_family_or_links_to_it(world: World) -> None:
    mother, child = mother_and_child(world)
    ok(link(mother.client, mother.victim, child), 201)
    stranger = registered(world)
    assert rows(world, mother.officer, TABLE, mother.victim_id) == 1
    assert rows(world, stranger.officer, TABLE, mother.victim_id) == 0
    problem(link(stranger.client, stranger.victim, child), 404)
    problem(stranger.client.get(f"{API}/victims/{mother.victim}/family"), 404)
    with without_row_security(world):
        problem(stranger.client.get(f"{API}/victims/{mother.victim}/family"), 404)
        problem(link(stranger.client, stranger.victim, child), 404)


def test_bad_links_are_refused_in_words(world: World) -> None:
    mother, child = mother_and_child(world)
    assert problem(link(mother.client, mother.victim, mother.victim), 422)["errors"][0]["field"] == "relative"
    missing = mother.client.post(
        f"{API}/victims/{mother.victim}/family", json={"relative": child, "link": {}}
    )
    assert problem(missing, 422)["errors"][0]["field"] == "relation"
    unknown = problem(link(mother.client, mother.victim, child, "VECINA"), 422)
    assert unknown["errors"][0]["field"] == "link.relation"
    one, two, three = (world.client(mother.officer) for _ in range(3))
    calls = [
        lambda: link(one, mother.victim, child),
        lambda: link(two, child, mother.victim, "MADRE"),
        lambda: link(three, mother.victim, child),
    ]
    assert at_once(calls) == [201, 409, 409]


def test_the_police_link_what_they_see_whole(world: World) -> None:
    one = registered(world, "police_investigator")
    other = world.register(one.officer, identity={"given_names": "Luz", "age_years": 8})
    refused = problem(link(one.client, one.victim, other.code, "HERMANA_HERMANO", lives_with="SI"), 403)
    assert [error["field"] for error in refused["errors"]] == ["lives_with"]
    ok(link(one.client, one.victim, other.code, "HERMANA_HERMANO"), 201)
    assert family_of(one.client, one.victim)[0]["relation"] == "HERMANA_HERMANO"


def test_a_merge_and_its_split_keep_the_family(world: World) -> None:
    mother, child = mother_and_child(world)
    twice = world.register(mother.officer, identity={"given_names": "Yesenia", "age_years": 25})
    for code in (mother.victim, twice.code):
        ok(link(mother.client, code, child, dependent="SI"), 201)
    two = two_of(world)
    two.merge(mother.victim, twice.code)
    (item,) = family_of(mother.client, mother.victim)  # once, though either record had it
    assert item["relative"] == child
    (up,) = family_of(mother.client, child)
    assert up["relative"] == mother.victim
    two.split(mother.victim, twice.code)
    for code in (mother.victim, twice.code):
        assert [item["relative"] for item in family_of(mother.client, code)] == [child]
    assert {item["relative"] for item in family_of(mother.client, child)} == {mother.victim, twice.code}


def test_two_of_a_family_who_are_one_person_are_no_relatives_of_hers(world: World) -> None:
    mother, child = mother_and_child(world)
    ok(link(mother.client, mother.victim, child, "HERMANA_HERMANO"), 201)
    two = two_of(world)
    two.merge(mother.victim, child)
    assert family_of(mother.client, mother.victim) == []
    two.split(mother.victim, child)
    assert [item["relative"] for item in family_of(mother.client, mother.victim)] == [child]
