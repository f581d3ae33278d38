"""`ruv clocks` on an installation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.services.clocks.catalogue import kinds

from .conftest import Ruv as Runner


def test_an_installation_without_clocks_has_nothing_to_count_and_nothing_to_fire(
    ruv: Runner, installed: Path
) -> None:
    counted = ruv("clocks", "--json", "--data-dir", installed)
    assert (counted.code, json.loads(counted.out)) == (0, {"clocks": []})
    swept = ruv("clocks", "sweep", "--data-dir", installed)
    assert (swept.code, swept.out.strip()) == (0, "Recordatorios: 0. Vencidos: 0. Escalados: 0.")
    assert json.loads(ruv("clocks", "sweep", "--json", "--data-dir", installed).out) == {"fired": {}}


def test_a_file_of_deadlines_that_does_not_fit_is_told_before_anything_starts(
    ruv: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plazos.csv"
    file.write_text("code,value\nPTI,mañana\n", encoding="utf-8")
    monkeypatch.setenv("RUV_CLOCKS_FILE", str(file))
    kinds.cache_clear()
    try:
        result = ruv("serve", "--port", "0", "--data-dir", tmp_path / "datos")
    finally:
        kinds.cache_clear()
    assert result.code == 1
    assert "fila PTI" in result.err
    assert not (tmp_path / "datos").exists()
