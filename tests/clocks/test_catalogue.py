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
