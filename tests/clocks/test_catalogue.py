"""The values of an installation: what its file may change, and what it is told when it does not fit."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import Invalid
from app.services.clocks.catalogue import kinds_with


def test_a_file_changes_values_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "plazos.csv"
    file.write_text(
        "code,value,verified,source\nFISCAL_AVISO,4,SI,Opinión legal 12\nPTI,,SI,\n", encoding="utf-8"
    )
    own, given = kinds_with(file), kinds_with(None)
    assert (own["FISCAL_AVISO"].value, own["FISCAL_AVISO"].unit) == (4, "HORAS")
    assert own["FISCAL_AVISO"].verified
    assert own["FISCAL_AVISO"].source == "Opinión legal 12"
    assert own["FISCAL_AVISO"].remind_before == given["FISCAL_AVISO"].remind_before == timedelta(hours=1)
    assert (own["PTI"].value, own["PTI"].verified, given["PTI"].verified) == (30, True, False)
    assert {c: k for c, k in own.items() if c not in {"FISCAL_AVISO", "PTI"}} == {
        c: k for c, k in given.items() if c not in {"FISCAL_AVISO", "PTI"}
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("code,value\nNADA,4\n", "línea 2"),
        ("code,effect\nPTI,expire_holds\n", "sobra una columna"),
        ("code,value\nPTI,muchos\n", "fila PTI"),
        ("code,value\nPTI,-3\n", "fila PTI"),
        ("code,value\nACTIVIDAD,3\n", "fila ACTIVIDAD"),
        ("code,unit\nPTI,SEMANAS\n", "fila PTI"),
        ("code,verified\nPTI,quizá\n", "fila PTI"),
        ("code,remind_before_hours\nPTI,-1\n", "fila PTI"),
        ("code,value\nPTI,3,4\n", "sobra una columna"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "plazos.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=says):
        kinds_with(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="RUV_CLOCKS_FILE"):
        kinds_with(tmp_path / "nada.csv")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("code,value\nPTI,0\n", False),
        ("code,value\nPTI,1\n", True),
        ("code,value\nPTI,3650\n", True),
        ("code,value\nPTI,3651\n", False),
        ("code,value,unit\nPTI,2,MESES\n", True),
        ("code,escalate_after_hours\nPTI,0\n", True),
        (f"code,escalate_after_hours\nPTI,{3650 * 24}\n", True),
        (f"code,escalate_after_hours\nPTI,{3650 * 24 + 1}\n", False),
        (
            "code,value,unit,remind_before_hours,escalate_after_hours,verified,source\nPTI,1,HORAS,1,1,SI,x\n",
            True,
        ),
    ],
)
def test_values_at_the_edge(tmp_path: Path, text: str, fits: bool) -> None:
    file = tmp_path / "plazos.csv"
    file.write_text(text, encoding="utf-8")
    if fits:
        kinds_with(file)
    else:
        with pytest.raises(Invalid, match="fila PTI"):
            kinds_with(file)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "plazos.csv"
    file.write_bytes(b"code,value\nPTI,\xff\n")
    with pytest.raises(Invalid, match="RUV_CLOCKS_FILE"):
        kinds_with(file)


def test_how_a_kind_is_shown() -> None:
    found = kinds_with(None)
    notice, referral = found["FISCAL_AVISO"].shown(), found["DERIVACION_RESPUESTA"].shown()
    assert {name: notice[name] for name in notice if name not in {"label", "source"}} == {
        "code": "FISCAL_AVISO",
        "value": 2,
        "unit": "HORAS",
        "remind_before_hours": 1,
        "escalate_after_hours": notice["escalate_after_hours"],
        "closes_by_itself": False,
        "verified": False,
    }
    assert (notice["label"], notice["source"]) == (found["FISCAL_AVISO"].label, found["FISCAL_AVISO"].source)
    assert referral["closes_by_itself"] is True
    spans = {kind.escalate_after: kind.shown()["escalate_after_hours"] for kind in found.values()}
    assert spans == {span: None if span is None else span / timedelta(hours=1) for span in spans}
