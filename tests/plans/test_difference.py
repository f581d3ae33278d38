"""The difference in words: silent exactly where nothing changed, and it names every leaf that did."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.plans.difference import Change, differences

WORDS: st.SearchStrategy[Any] = st.text("abcdeáñ ", max_size=30)
TEXTS: st.SearchStrategy[Any] = st.none() | WORDS
CODES: st.SearchStrategy[Any] = st.sampled_from(["A1", "A2", "A3", "A4"])
ACTIVITIES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "code": CODES,
        "unit": st.sampled_from(["CEM-1", "SALUD-2"]),
        "due_on": st.sampled_from(["2027-01-05", "2027-02-01"]),
        "description": TEXTS,
        "indicator": TEXTS,
        "person_in_charge": st.none(),
        "frequency": st.sampled_from([None, "SEMANAL", "MENSUAL"]),
    },
    optional={"evidence_expected": WORDS},
)
OBJECTIVES: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "code": CODES,
        "domain": st.sampled_from(["EDUCACION", "EMPLEO"]),
        "wish": TEXTS,
        "goal": TEXTS,
        "activities": st.lists(ACTIVITIES, max_size=3, unique_by=lambda one: one["code"]),
    }
)
CLOSINGS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(["VIDA_INDEPENDIENTE", "TRASLADO"]),
        "states": st.dictionaries(CODES, st.sampled_from(["LOGRADO", "CANCELADA"]), max_size=2),
        "achievement": st.none()
        | st.dictionaries(st.sampled_from(["EDUCACION", "EMPLEO"]), WORDS, max_size=2),
    }
)
CONTENTS: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "plan": st.just("PR-1"),
        "kind": st.sampled_from(["ADULTA", "NNA"]),
        "place_of_execution": st.sampled_from(["LUGAR_DE_ORIGEN", "OTRA_RESIDENCIA"]),
        "pti_resolution": st.booleans(),
        "language": st.sampled_from([None, "que", "spa"]),
        "interpreter": st.none(),
        "summary": TEXTS,
        "objectives": st.lists(OBJECTIVES, max_size=3, unique_by=lambda one: one["code"]),
    },
    optional={"starts_on": st.sampled_from(["2027-01-01", "2027-01-02"]), "closing": CLOSINGS},
)


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    """Every leaf by its path; members of lists by their code, else by their place.

    A list without members has no leaf: whoever lost or gained them is named.
    """
    if value == []:
        return {}
    if isinstance(value, dict) and value:
        found: dict[tuple[str, ...], str] = {}
        for name, inner in value.items():
            found |= leaves(inner, (*path, name))
        return found
    if isinstance(value, list) and value:
        found = {}
        for place, inner in enumerate(value, 1):
            step = str(inner["code"]) if isinstance(inner, dict) and "code" in inner else str(place)
            found |= leaves(inner, (*path, step))
        return found
    return {path: json.dumps(value)}


def unnamed(before: Any, after: Any, found: list[Change]) -> list[tuple[str, ...]]:
    """Leaves that differ and that no change names, itself or by what holds it."""
    old, new = leaves(before), leaves(after)
    told = {change.path for change in found}
    return [
        path
        for path in old.keys() | new.keys()
        if old.get(path) != new.get(path) and not any(path[:n] in told for n in range(1, len(path) + 1))
    ]


@given(CONTENTS, CONTENTS)
def test_it_is_empty_exactly_where_nothing_changed(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differences(before, after)
    same = json.dumps(before, sort_keys=True) == json.dumps(after, sort_keys=True)
    assert (not found) == same
    assert unnamed(before, after, found) == []
    assert all(change.text.endswith(".") and len(change.text) > 15 for change in found)
    assert len({(change.path, change.text) for change in found}) == len(found)


@given(CONTENTS)
def test_the_same_content_has_no_difference(content: dict[str, Any]) -> None:
    assert differences(content, copy.deepcopy(content)) == []


@settings(max_examples=40)
@given(CONTENTS, CONTENTS)
def test_a_silenced_change_is_noticed(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The check itself: without any one of the changes, some leaf stays unnamed (or the order does)."""
    found = differences(before, after)
    for left_out in found:
        rest = [change for change in found if change is not left_out]
        order = left_out.path[-1] in {"objectives", "activities"}
        nested = any(left_out.path[: len(c.path)] == c.path for c in rest)
        assert order or nested or unnamed(before, after, rest)


def plan(**changes: Any) -> dict[str, Any]:
    """A small plan, some of it changed."""
    activity = {
        "code": "AC-1",
        "unit": "CEM-1",
        "due_on": "2027-01-05",
        "description": "Matrícula en el taller",
        "indicator": None,
        "frequency": "SEMANAL",
    }
    goal = {
        "code": "OB-1",
        "domain": "EDUCACION",
        "wish": "Quiero terminar la secundaria",
        "goal": "Terminar la secundaria en el turno de la noche",
        "activities": [activity],
    }
    content = {"plan": "PR-1", "place_of_execution": "LUGAR_DE_ORIGEN", "summary": None, "objectives": [goal]}
    goal |= changes.pop("goal", {})
    activity |= changes.pop("activity", {})
    return {**content, **changes}


def said(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The sentences alone."""
    return [change.text for change in differences(before, after)]


def test_sentences_are_plain_spanish() -> None:
    assert said(plan(), plan(place_of_execution="OTRA_RESIDENCIA", summary="Breve")) == [
        "El lugar de ejecución del plan pasó de «Lugar de origen» a «Otra residencia».",
        "El resumen del plan pasó de sin indicar a «Breve».",
    ]
    assert said(plan(), plan(activity={"due_on": "2027-02-01", "frequency": "MENSUAL"})) == [
        "La fecha de la actividad «Matrícula en el taller» pasó de 05/01/2027 a 01/02/2027.",
        "La frecuencia de la actividad «Matrícula en el taller» pasó de «Semanal» a «Mensual».",
    ]
    longer = {"goal": "Terminar la secundaria y un curso en el turno de la tarde"}
    (sentence,) = said(plan(), plan(goal=longer))
    assert sentence.startswith("La meta del objetivo «Terminar la secundaria y un curso")
    assert sentence.endswith("cambió: se agregó «y un curso»; donde decía «noche» dice «tarde».")
    empty = {**plan(), "objectives": []}
    assert said(empty, plan()) == [
        "Se agregó el objetivo «Terminar la secundaria en el turno de la noche» (Educación).",
        "Se agregó la actividad «Matrícula en el taller».",
    ]
    assert said(plan(), empty)[0].startswith("Se quitó el objetivo")


def test_another_order_is_a_change() -> None:
    one, other = plan()["objectives"][0], {**plan()["objectives"][0], "code": "OB-2"}
    both = {**plan(), "objectives": [one, other]}
    assert said(both, {**both, "objectives": [other, one]}) == ["Cambió el orden de los objetivos."]
