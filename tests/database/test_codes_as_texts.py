"""A code of an enumeration is the text that is stored: in SQL, in what is signed or traced, and in a page."""

from __future__ import annotations

import json
from datetime import date

import pytest
from markupsafe import Markup, escape
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, case, func, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app import states
from app.access.actor import SCHEDULER
from app.api.answers import Answer
from app.audit.record import event_row
from app.catalogues import code_list
from app.services.plans.rules import canonical
from app.states import CaseState, Codes, PlanState

ENUMERATIONS = [
    found
    for name in states.__all__
    if issubclass(found := getattr(states, name), Codes) and found is not Codes
]
CONTENT = {"state": CaseState.LEFT, PlanState.DRAFT: [PlanState.SIGNED, None, 3], "día": "ñandú"}
PLAIN = {"state": "EGRESO_NO_AUTORIZADO", "BORRADOR": ["SUSCRITO", None, 3], "día": "ñandú"}


@pytest.mark.parametrize(
    "codes", [one for one in ENUMERATIONS if one.list_name], ids=lambda one: one.__name__
)
def test_an_enumeration_and_its_code_list_are_the_same(codes: type[Codes]) -> None:
    assert codes.list_name is not None
    assert tuple(codes) == code_list(codes.list_name).codes


def test_every_code_is_the_text_by_comparison_hash_and_order() -> None:
    for code in (code for codes in ENUMERATIONS for code in codes):
        text = code.value
        assert type(text) is str
        assert code == text
        assert hash(code) == hash(text)
        assert {text: 1}[code] == 1
        assert (f"{code}", str(code), "%s" % code) == (text, text, text)  # noqa: UP031
    assert ",".join(PlanState) == ",".join(code.value for code in PlanState)
    assert sorted(CaseState) == sorted(code.value for code in CaseState)


def test_what_is_signed_and_traced_keeps_its_bytes() -> None:
    assert canonical(CONTENT) == canonical(PLAIN)
    assert canonical({"state": PlanState.DRAFT}) == b'{"state":"BORRADOR"}'
    named, plain = (
        event_row(bytes(32), SCHEDULER, "cases.move", detail=detail)
        for detail in ({"to": CaseState.LEFT}, {"to": "EGRESO_NO_AUTORIZADO"})
    )
    assert json.loads(str(named["event"]))["detail"] == json.loads(str(plain["event"]))["detail"]


def test_an_answer_and_a_page_show_the_text() -> None:
    assert Answer({"state": CaseState.ALERT, "on": date(2026, 1, 2)}).body == (
        b'{"state":"ALERTA","on":"2026-01-02"}'
    )
    assert escape(CaseState.ALERT) == Markup("ALERTA")


def test_the_database_gets_and_gives_the_text(catalogue: Connection) -> None:
    table = Table(
        "codes_as_texts", MetaData(),
        Column("id", Integer, primary_key=True), Column("state", Text), Column("many", ARRAY(Text)),
        Column("parts", JSONB), prefixes=["TEMPORARY"],
    )  # fmt: skip
    table.create(catalogue)
    row = {"state": CaseState.ALERT, "many": list(PlanState)[:2], "parts": CONTENT}
    catalogue.execute(insert(table), [{"id": 1, **row}, {"id": 2, **row}])
    catalogue.execute(update(table).where(table.c.id == 2).values(state=CaseState.CLOSED))
    kept = catalogue.execute(select(table).order_by(table.c.id)).all()
    assert [(type(one.state), one.state) for one in kept] == [(str, "ALERTA"), (str, "CERRADO")]
    assert kept[0].many == ["BORRADOR", "EN_CONSULTA"]
    assert kept[0].parts == PLAIN
    found = select(table.c.id).where(table.c.state.in_([CaseState.CLOSED, CaseState.DISCARDED]))
    assert catalogue.scalars(found).all() == [2]
    named = case((table.c.state == CaseState.ALERT, CaseState.PRESUMED), else_=CaseState.CLOSED)
    assert catalogue.scalars(select(named).order_by(table.c.id)).all() == ["PRESUNTA_VICTIMA", "CERRADO"]
    missing = func.coalesce(func.nullif(table.c.state, CaseState.ALERT), CaseState.LEFT)
    assert catalogue.scalars(select(missing).order_by(table.c.id)).all() == [
        "EGRESO_NO_AUTORIZADO",
        "CERRADO",
    ]
    sent = {"state": CaseState.ALERT, "many": [CaseState.ALERT]}
    raw = "SELECT pg_typeof(%(state)s || '')::text, 'ALERTA' = ANY(%(many)s)"
    assert catalogue.exec_driver_sql(raw, sent).one() == ("text", True)
    catalogue.rollback()
