"""Whatever a signature on a plan covers stands on the paper that is signed."""

from __future__ import annotations

from typing import Any

from app.services.printing.plan import _activity, _header
from app.services.printing.sheet import Paper, Print, Section, Sheet, Table, render
from tests.printing.reading import words

HEADER: dict[str, Any] = {
    "kind": "NNA",
    "place_of_execution": "LUGAR_DE_DESTINO",
    "language": "quz",
    "interpreter": "SI",
    "pti_resolution": True,
    "pti_number": "RD-0007",
    "pti_on": "2026-11-03",
    "starts_on": "2026-11-09",
    "execution_country": "BO",
    "feasibility": "NO",
    "feasibility_notes": "Falta hablar con la abuela",
}
ACTIVITY = {
    "code": "AC-1",
    "unit": "U-1",
    "due_on": "2026-12-26",
    "description": "Matrícula en la escuela",
    "indicator": "Asiste a clases",
    "person_in_charge": "Rosa Huamán",
    "frequency": "Mensual",
    "evidence_expected": "Constancia sellada",
    "service_code": "SE-0000",
}
ON_PAPER = (
    "Niña, niño o adolescente", "destino", "Quechua", "RD-0007", "03/11/2026", "09/11/2026", "Bolivia",
    "Falta hablar con la abuela", "Matrícula en la escuela", "Asiste a clases", "Rosa Huamán", "Mensual",
    "Constancia sellada", "SE-0000", "26/12/2026", "UGEL Puno",
)  # fmt: skip


def test_all_that_is_signed_is_on_the_paper() -> None:
    table = Table(("a", "b", "c", "d", "e"), (3, 3, 2, 3, 2), [_activity(ACTIVITY, {"U-1": "UGEL Puno"})])
    parts = [Section("Datos", _header(HEADER)), Section("Objetivo", table=table)]
    said = words(render(Print(Sheet("Plan", "PR-1", parts), Paper("DI-1", "Plan", "ab", "Impreso", "."))))
    assert [part for part in ON_PAPER if part not in said] == []
    quiet = dict.fromkeys(HEADER, None) | {"kind": "ADULTA", "place_of_execution": "LUGAR_DE_ORIGEN"}
    assert dict(_header(quiet))["Lengua"] == "Sin dato"
