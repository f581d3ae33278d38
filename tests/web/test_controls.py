"""Fields of the catalogue drawn and read back: what was known comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from app.errors import Invalid, unknown_code, wrong
from app.records import COMPARTMENTS, fields
from app.records.rows import ROWS, row_fields
from app.web.kit.controls import changes, controls, places, read, shown, start
from app.web.kit.forms import Form

KNOWN: dict[str, Any] = {
    "sex": "MUJER",
    "age_years": 17,
    "given_names": "Yesenia",
    "aliases": ["La Flaca", "Yesi"],
    "documents": [{"type": "DNI", "number": "40123456"}, {"type": "PASAPORTE", "number": "X1"}],
    "birth_date": "2008-03-05",
    "birth_place": "170101",
    "other_languages": ["que", "spa"],
}


def sent(form: Form) -> FormData:
    """What a browser sends of the values a form shows, untouched."""
    pairs = []
    for name, value in form.initial.items():
        if isinstance(value, list):
            pairs += [(name, str(v)) for v in value]
        elif isinstance(value, str) and len(value) == 10 and value[4] == "-":
            year, month, day = value.split("-")
            pairs += [(f"{name}.dia", day), (f"{name}.mes", month), (f"{name}.anio", year)]
        else:
            pairs.append((name, str(value)))
    return FormData(pairs)


def test_what_is_known_comes_back_unchanged() -> None:
    drawn = controls(fields("identity"), "identity.", data=KNOWN)
    form = Form()
    start(form, drawn, KNOWN)
    back = Form(sent(form))
    found = read(back, drawn)
    assert back.errors == []
    assert {k: v for k, v in found.items() if v} == KNOWN
    assert changes(KNOWN, found, drawn) == {}
    assert changes(KNOWN, {**found, "sex": None, "age_years": 18}, drawn) == {"sex": None, "age_years": 18}


def test_every_field_has_a_control_and_words() -> None:
    for specs in [*map(fields, COMPARTMENTS), *map(row_fields, ROWS)]:
        for one in controls(specs):
            assert one.kind
            assert one.label
            assert one.kind not in {"radios", "select", "checkboxes"} or one.options
    assert shown(controls(fields("identity"), only=["birth_place"])[0], "170101") == (
        "Tambopata, Tambopata, Madre de Dios"
    )


@pytest.mark.parametrize(
    ("day", "month", "year", "value", "wrong"),
    [
        ("5", "3", "2026", "2026-03-05", False),
        ("", "3", "2026", "2026-03", False),
        ("", "", "2026", "2026", False),
        ("31", "2", "2026", "2026-02-31", False),
        ("5", "", "2026", None, True),
        ("x", "3", "2026", None, True),
        ("5", "3", "26", None, True),
        ("", "", "", None, False),
    ],
)
def test_partial_days(day: str, month: str, year: str, value: str | None, wrong: bool) -> None:
    form = Form(FormData([("d.dia", day), ("d.mes", month), ("d.anio", year)]))
    assert form.partial_day("d") == value
    assert bool(form.errors) is wrong


def test_a_day_that_does_not_exist_is_refused() -> None:
    form = Form(FormData([("d.dia", "31"), ("d.mes", "2"), ("d.anio", "2026")]))
    assert form.day("d") is None
    assert form.error("d")


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60), max_size=8))
def test_no_input_breaks_the_reading(pairs: dict[str, str]) -> None:
    form = Form(FormData([*pairs.items(), ("identity.age_years", next(iter(pairs.values()), ""))]))
    drawn = controls(fields("identity"), "identity.")
    read(form, drawn)
    for one in drawn:
        form.value(one.name)
        form.error(one.name)


def test_districts_are_found_by_their_beginning() -> None:
    assert ("170101", "Tambopata, Tambopata, Madre de Dios") in places("tambo")
    assert places("t") == []
    form = Form(FormData([("p", "Tambopata, Tambopata, Madre de Dios"), ("q", "Nada")]))
    drawn = controls(fields("identity"), only=["birth_place"])
    assert read(Form(FormData([("birth_place", "Tambopata, Tambopata, Madre de Dios")])), drawn) == {
        "birth_place": "170101"
    }
    wrong = Form(FormData([("birth_place", "Nada")]))
    assert read(wrong, drawn) == {}
    assert wrong.error("birth_place")
    assert form.value("p")


def test_a_refusal_is_said_without_codes() -> None:
    """The codes that would do stand apart, for programs; a person chooses among words."""
    form = Form(FormData([("reason", "")]))
    form.refuse(
        Invalid(
            "Falta el motivo.",
            errors=[
                unknown_code("reason", ["DECISION_DE_LA_PERSONA", "SALUD"]),
                wrong("outcome", "missing", "Falta el resultado.", ["VIDA_INDEPENDIENTE"]),
                wrong("department", "unknown", "No es de la lista.", map(str, range(1000))),
            ],
        )
    )
    assert form.message == "Falta el motivo."
    assert [(e["message"], e.get("choices")) for e in form.errors] == [
        ("Elija una opción de la lista.", ["DECISION_DE_LA_PERSONA", "SALUD"]),
        ("Falta el resultado.", ["VIDA_INDEPENDIENTE"]),
        ("No es de la lista.", None),
    ]
