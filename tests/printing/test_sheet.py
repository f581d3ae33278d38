"""The drawn page: accessible, in Spanish, and never a program whatever people wrote."""

from __future__ import annotations

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.services.printing import sheet
from app.services.printing.sheet import Paper, Print, Section, Sheet, Signer, Table, paragraphs, render
from tests.printing.reading import faults, pages, tags, words

HOSTILE = (
    '#eval("1+1") #panic() $x^2$ \\ *no* _no_ `no` <etiqueta> @cita = título // nada /* nada */ [x] #[y] '
    '#read("/etc/passwd") #include "form.typ" https://e.pe "; }'
)


def wanted(*texts: str, rows: int = 2, **more: object) -> Print:
    """A document of these texts."""
    table = Table(
        ("Actividad", "Plazo"), (3, 1), [[text, "26/12/2026"] for text in texts for _ in range(rows)]
    )
    parts = [
        Section("Datos del plan", [("Meta", text) for text in texts], paragraphs=texts),
        Section("Objetivo 1. Educación", table=table),
        Section("Notas", paragraphs=["Ñandú, pingüino, acción"], level=3),
    ]
    signers = [Signer("Persona afectada", fingerprint=True), Signer("Profesional responsable")]
    paper = Paper(
        "DI-AAAA-BBBB-CCCC", "Plan", "ab12 cd34", "Impreso el 26/11/2026 por ana, CEM", "Compruébelo."
    )
    return Print(Sheet("Plan de reintegración individual", "PR-1", parts, signers, "Reservado"), paper)


def test_the_page_is_accessible() -> None:
    pdf = render(wanted("Terminar la secundaria", rows=60))
    assert faults(pdf) == []
    assert pages(pdf) > 1
    found = tags(pdf)
    assert found.count("Table") == 1
    assert found.count("TH") == 2
    assert {"H1", "H2", "H3", "TR", "TD", "L", "LI", "P"} <= set(found)
    assert f"página 1 de {pages(pdf)}" in words(pdf)


def test_the_check_finds_what_is_not_accessible() -> None:
    plain = typst.compile(b"= Hola\n#table(columns: 1)[x]", format="pdf", pdf_tags=False)
    assert {"not marked", "language", "no structure"} <= set(faults(plain))
    no_header = typst.compile(
        b'#set document(title: "x")\n#set text(lang: "es")\n= Hola\n#table(columns: 1)[x]', format="pdf"
    )
    assert {"no PDF/UA identifier", "a table without header cells"} <= set(faults(no_header))


def test_letters_with_marks_come_out_of_the_page() -> None:
    said = words(render(wanted("Ñusta Qʼeswachaka quiere acción, pingüino y café")))
    assert "Ñusta Qʼeswachaka quiere acción, pingüino y café" in said
    assert "Ñandú, pingüino, acción" in said
    assert "Huella dactilar" in said


def test_what_people_wrote_is_text_and_never_a_program() -> None:
    said = words(render(wanted(HOSTILE)))
    for part in ("#panic()", "$x^2$", "*no*", "<etiqueta>", "@cita", '#read("/etc/passwd")', "/* nada */"):
        assert part in said
    assert "root:" not in said


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=200))
def test_any_text_can_be_printed(text: str) -> None:
    assert render(wanted(text, *paragraphs(text))).startswith(b"%PDF-")


@pytest.mark.parametrize("text", ["a\x00b\x07c", "\u202egnirts", "漢字 🙂", "\ue000", "\u0378", "\ud800"])
def test_signs_that_cannot_be_printed_do_not_stop_the_page(text: str) -> None:
    said = words(render(wanted(f"antes {text} después")))
    assert "antes" in said
    assert ("aparecen como" in said) == (text == "漢字 🙂")
    assert "\u202e" not in said


def test_days_and_moments_are_written_as_in_peru() -> None:
    assert sheet.shown_date("2026-11-26") == "26/11/2026"
    assert sheet.shown_date(None) == "Sin dato"
    assert paragraphs("uno\n\n dos ") == ["uno", "dos"]
    assert paragraphs(None) == ["Sin dato"]
