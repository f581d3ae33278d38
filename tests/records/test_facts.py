"""Remarks on the facts: offences by date, elements of art. 129-A, aggravators against age; none blocks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogues import code_list, offences
from app.records import Known, fact_remarks, parse, remarks
from app.records.facts import bounds
from app.records.legal import Legal
from tests.cases.story import API, mandate, ok, registered
from tests.factories import World

BEFORE, SINCE = date(2021, 3, 30), date(2021, 3, 31)
WOMAN = Known(date(2024, 5, 2), 24, 24)
GIRL = Known(date(2024, 5, 2), 12, 12)


def codes(known: Known, **legal: Any) -> list[str]:
    model = parse("legal", legal)
    assert isinstance(model, Legal)
    return [remark["code"] for remark in fact_remarks(model, known)]


def test_an_offence_is_cited_by_its_number_of_the_day() -> None:
    assert offences.on("153", SINCE) == "129-A"
    assert offences.on("129-Ñ", BEFORE) == "153-C"
    assert offences.on("129-O", SINCE) == "129-O"
    with pytest.raises(KeyError):
        offences.on("129-P", SINCE)


@given(st.sampled_from(code_list("offence").codes), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_the_number_of_a_day_is_in_force_on_it(code: str, day: date) -> None:
    assert offences.in_force(offences.on(code, day), day, day)


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02~", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021-03-31", SINCE, SINCE),
    ],
)
def test_a_date_known_in_part_has_bounds(when: str, first: date, last: date) -> None:
    assert bounds(when) == (first, last)


@pytest.mark.parametrize(
    ("facts", "identified", "odd"),
    [
        ({"offences": ["153"], "exploitation_since": "2022"}, None, True),
        ({"offences": ["153"], "exploitation_since": "2019", "exploitation_until": "2020-05"}, None, False),
        ({"offences": ["129-A"], "exploitation_until": "2020-05"}, None, True),
        ({"offences": ["129-A"], "exploitation_since": "2019"}, date(2020, 5, 2), True),
        # It went on beyond the reform, or may have: both numbers may be right.
        ({"offences": ["129-A"], "exploitation_since": "2019", "exploitation_until": "2023"}, None, False),
        ({"offences": ["153"], "exploitation_since": "2021", "exploitation_until": "2021"}, None, False),
        ({"offences": ["129-A"], "exploitation_since": "2019"}, date(2022, 5, 2), False),
        # Without dates of the facts, the day of identification decides.
        ({"offences": ["153-A"]}, date(2024, 5, 2), True),
        ({"offences": ["129-B"]}, BEFORE, True),
        ({"offences": ["129-B"]}, SINCE, False),
        ({"offences": ["129-B"]}, None, False),
    ],
)
def test_a_number_of_another_time_is_remarked_with_its_crosswalk(
    facts: dict[str, Any], identified: date | None, odd: bool
) -> None:
    model = parse("legal", facts)
    assert isinstance(model, Legal)
    found = [r for r in fact_remarks(model, Known(identified)) if r["code"] == "offence_not_in_force"]
    assert bool(found) is odd
    for remark in found:
        crosswalk = code_list("offence").value(facts["offences"][0], "crosswalk")
        assert remark["field"] == "offences.0"
        assert f"corresponde el {crosswalk} " in remark["message"]


def test_trafficking_has_an_act_a_purpose_and_of_an_adult_means() -> None:
    assert codes(WOMAN, offences=["129-A"]) == ["no_act", "no_purpose", "no_means"]
    whole = {"acts": ["CAPTACION"], "purposes": ["MENDICIDAD"]}
    assert codes(WOMAN, offences=["129-A"], **whole) == ["no_means"]
    assert codes(WOMAN, offences=["129-A"], means=["ENGANO"], **whole) == []
    assert codes(GIRL, offences=["129-A"], **whole) == []
    assert codes(Known(WOMAN.identified_on), offences=["129-A"], **whole) == []
    assert codes(WOMAN, offences=["129-O"]) == []
    assert codes(
        WOMAN, offences=["129-A"], acts=["ACOGIDA"], purposes=["NO_IDENTIFICADO"], means=["FRAUDE"]
    ) == ["no_purpose"]


@pytest.mark.parametrize(
    ("known", "facts", "expected"),
    [
        (WOMAN, {"aggravators": ["VICTIMA_MENOR_14"]}, ["aggravator_against_age"]),
        (WOMAN, {"aggravators": ["VICTIMA_MENOR_14"], "age_when_trafficked": 13}, []),
        (WOMAN, {"aggravators": ["VICTIMA_14_17"], "exploitation_since": "2016"}, []),
        (WOMAN, {"aggravators": ["VICTIMA_14_17"]}, ["aggravator_against_age"]),
        (WOMAN, {"aggravators": ["ADULTO_MAYOR"]}, ["aggravator_against_age"]),
        (GIRL, {"aggravators": ["VICTIMA_MENOR_14"]}, []),
        (GIRL, {"aggravators": ["VICTIMA_14_17"]}, ["aggravator_by_age", "aggravator_against_age"]),
        (GIRL, {"aggravators": ["DOS_O_MAS"]}, ["aggravator_by_age"]),
        (Known(), {"aggravators": ["VICTIMA_MENOR_14"]}, []),
        (WOMAN, {}, []),
        (Known(pregnant="SI"), {"aggravators": ["DOS_O_MAS"]}, ["pregnancy_not_aggravator"]),
        (Known(pregnant="SI"), {"aggravators": ["GESTACION"]}, []),
        (Known(pregnant="NO"), {"aggravators": ["GESTACION"]}, ["pregnancy_against_record"]),
        (Known(BEFORE), {"aggravators": ["GESTACION"]}, ["aggravator_not_in_force"]),
    ],
)
def test_aggravators_against_age_and_pregnancy(
    known: Known, facts: dict[str, Any], expected: list[str]
) -> None:
    assert codes(known, **facts) == expected


def test_what_is_known_comes_from_the_identity_as_sent() -> None:
    day = date(2024, 5, 2)
    assert Known.of({"age_min": 12, "age_max": 17, "pregnant": "SI"}, day) == Known(day, 12, 17, "SI")
    assert Known.of({"birth_date": "2010-04-01"}, day) == Known(day, 14, 14)
    assert Known.of({"birth_year": 2000, "age_years": "x"}, day) == Known(day, 24, 24)
    assert Known.of({"birth_date": 5}, None) == Known()


def test_a_registration_is_remarked_whole() -> None:
    sent = {"identity": {"age_years": 24}, "legal": {"offences": ["153"], "acts": ["TRASLADO"]}}
    found = remarks(sent, Known.of(sent["identity"], date(2024, 5, 2)))
    assert [r["field"] for r in found] == ["legal.offences.0", "legal.purposes", "legal.means"]


def brought_in(world: World, role: str, kind: str) -> tuple[str, Any]:
    """A woman of 24 registered by a women's centre, and a client of a unit that the law brings in."""
    person = registered(world)
    unit = world.unit(kind)
    chief = world.actor(role, unit=unit, supervisor=True)
    ok(person.client.post(f"{API}/cases/{person.case}/participations", json=mandate(unit)), 201)
    return f"{API}/victims/{person.victim}/legal", world.client(chief)


def test_a_change_is_remarked_as_it_leaves_the_facts_and_is_stored_all_the_same(world: World) -> None:
    url, client = brought_in(world, "prosecutor", "FISCALIA")

    def patch(version: int, **body: Any) -> list[str]:
        answer = ok(client.patch(url, json=body, headers={"If-Match": f'"{version}"'}))
        return [warning["field"] for warning in answer["warnings"]]

    facts = {"offences": ["129-A"], "acts": ["CAPTACION"], "purposes": ["MENDICIDAD"], "means": ["ENGANO"]}
    assert patch(0, **facts) == []
    assert patch(1, exploitation_since="2019", exploitation_until="2020") == ["legal.offences.0"]
    assert patch(2, means=None) == ["legal.means"]
    assert patch(3, notes="Sin novedad.") == []
    assert patch(4, aggravators=["ADULTO_MAYOR"]) == ["legal.aggravators"]
    kept = ok(client.get(url.removesuffix("/legal")))["compartments"]["legal"]
    assert (kept["aggravators"], kept["offences"]) == (["ADULTO_MAYOR"], ["129-A"])


def test_who_reads_the_facts_in_part_learns_nothing_from_remarks(world: World) -> None:
    url, client = brought_in(world, "police_investigator", "PNP")
    answer = client.patch(url, json={"acts": ["ACOGIDA"]}, headers={"If-Match": '"0"'})
    assert ok(answer)["warnings"] == []
