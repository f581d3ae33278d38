"""Every field has its place on the forms, and what is wrong with it is said beside its control."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import pytest

from app.errors import Invalid
from app.records import COMPARTMENTS, FieldSpec, all_fields, fields, placement, row_placement
from app.records.placement import OFFLINE, RECORD, REGISTRATION, SHORT, SOUGHT, Section, section
from app.records.rows import ROWS, row_fields
from app.records.rows.plans import Review
from app.web.kit.controls import Control, beside, controls
from app.web.kit.forms import Form
from app.web.kit.rows import read_row
from app.web.kit.templating import environment
from app.web.victims.intake import SECTIONS
from app.web.victims.record_groups import SLUGS, TITLES, grouped

FORM = (
    "{% import 'components/forms.html' as forms with context %}"
    "{% call forms.open('/x') %}{% for one in drawn %}{{ forms.field(one) }}{% endfor %}{% endcall %}"
)
PARTS = [name for name in COMPARTMENTS if fields(name)]
WRONG = "Corrija esto."


def misplaced(places: Sequence[Section], known: Sequence[str], *, all_of_them: bool = True) -> list[str]:
    """What is amiss with the places of some fields: one that has none or several, or that there is not."""
    stands = [name for place in places for name in place.fields]
    return [
        *(f"{name} stands nowhere" for name in known if all_of_them and name not in stands),
        *(
            f"{name} stands {stands.count(name)} times"
            for name in sorted(set(stands))
            if stands.count(name) > 1
        ),
        *(f"{name} is no field" for name in stands if name not in known),
    ]


def whole_names() -> list[str]:
    return [f"{part}.{name}" for part in COMPARTMENTS for name in fields(part)]


def test_every_part_of_a_record_has_a_form() -> None:
    assert set(RECORD) == set(PARTS) == set(SLUGS.values())
    assert {place.slug for places in RECORD.values() for place in places} == set(TITLES)


@pytest.mark.parametrize("part", PARTS)
def test_every_field_stands_on_the_form_of_its_part_once(part: str) -> None:
    assert misplaced(RECORD[part], list(fields(part))) == []
    drawn = controls(fields(part))
    assert sorted(one.key for _, inside in grouped(part, drawn) for one in inside) == sorted(fields(part))


@pytest.mark.parametrize(
    "places", [REGISTRATION, SHORT, (OFFLINE,), (SOUGHT,)], ids=["steps", "short", "off", "search"]
)
def test_a_registration_asks_for_fields_that_there_are(places: tuple[Section, ...]) -> None:
    assert misplaced(places, whole_names(), all_of_them=False) == []
    steps = [name for place in REGISTRATION for name in place.fields]
    assert [name for place in places for name in place.fields if name not in {*steps, *OFFLINE.fields}] == []


def test_the_steps_are_those_of_the_pages() -> None:
    assert [one.place for one in SECTIONS] == list(placement.REGISTRATION)


@pytest.mark.parametrize("table", ROWS)
def test_every_field_of_a_row_stands_on_its_form_once(table: str) -> None:
    assert misplaced(row_placement.places(table), list(row_fields(table))) == []


def test_no_form_is_of_a_row_that_there_is_not() -> None:
    assert set(row_placement.ROWS) <= set(ROWS)


def test_a_field_out_of_place_is_found() -> None:
    known = ["name", "sex", "age"]
    assert misplaced([section("a", "name sex", "age")], known) == []
    assert misplaced([section("a", "name sex")], known) == ["age stands nowhere"]
    assert misplaced([section("a", "name sex"), section("b", "age", "sex")], known) == ["sex stands 2 times"]
    assert misplaced([section("a", "name sex age shoes")], known) == ["shoes is no field"]


# What is wrong is said beside the control


def refusals(spec: FieldSpec, prefix: str = "") -> Iterator[str]:
    """Names by which a refusal may speak of a field: itself, an item of it, and what is inside a row."""
    name = f"{prefix}{spec.name}"
    yield name
    if spec.many:
        yield f"{name}.0"
    for inner in spec.inner.values():
        yield from refusals(inner, f"{name}.0." if spec.many else f"{name}.")


def lost(drawn: list[Control], named: Sequence[str]) -> list[str]:
    """Those of the refusals that are not shown beside a control to which the summary leads."""
    found = []
    for name in named:
        form = Form()
        form.wrong(name, WRONG)
        form.errors = beside(form.errors, drawn)
        page = environment.from_string(FORM).render(form=form, drawn=drawn, csrf="ficha")
        (link,) = re.findall(r'href="#([^"]+)"', page)
        beside_it = re.findall(rf'id="{re.escape(link)}(?:-fecha)?-error"', page)
        if page.count(f'id="{link}"') != 1 or len(beside_it) != 1 or page.count(WRONG) != 2:
            found.append(name)
    return found


@pytest.mark.parametrize("part", PARTS)
def test_a_refusal_of_any_field_lands_beside_its_control(part: str) -> None:
    for spec in fields(part).values():
        assert lost(controls({spec.name: spec}), list(refusals(spec))) == []


@pytest.mark.parametrize("table", ROWS)
def test_a_refusal_of_any_field_of_a_row_lands_beside_its_control(table: str) -> None:
    for spec in row_fields(table).values():
        assert lost(controls({spec.name: spec}), list(refusals(spec))) == []


def test_what_is_read_as_a_row_is_refused_beside_its_controls() -> None:
    sent = {"participants": ["una persona", "x" * 10_000], "held_on": "ayer"}
    with pytest.raises(Invalid) as refused:
        read_row(Review, sent, "revision.")
    assert {error["field"] for error in refused.value.errors} == {"revision.participants", "revision.held_on"}


def test_a_refusal_in_a_registration_lands_on_the_step_that_asks() -> None:
    known: Mapping[str, FieldSpec] = {f"{spec.compartment}.{spec.name}": spec for spec in all_fields()}
    for place in REGISTRATION:
        for name in place.fields:
            part = f"{name.partition('.')[0]}."
            drawn = controls({name: known[name]}, part)
            assert lost(drawn, list(refusals(known[name], part))) == []


def test_a_refusal_without_a_control_is_found() -> None:
    aliases, documents = fields("identity")["aliases"], fields("identity")["documents"]
    assert lost(controls({"aliases": aliases}), ["documents.0.number", "aliases_more"]) == [
        "documents.0.number",
        "aliases_more",
    ]
    assert lost(controls({"documents": documents}), ["documents.0.nothing"]) == []
