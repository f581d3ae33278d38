"""`ruv import --link` and `ruv reconcile` as the operator runs them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Ruv, installed, ruv, settings_of_the_test
from tests.interop.files import ctdc_file, ctdc_rows, htcds_file
from tests.linkage.scene import as_row, somebody

__all__ = ["installed", "ruv", "settings_of_the_test"]


def test_from_a_file_to_reconciled_figures(ruv: Ruv, installed: Path, tmp_path: Path) -> None:
    person = somebody()
    known = htcds_file(tmp_path / "a.csv", as_row(person), as_row(somebody()))
    where = ("--data-dir", installed)
    assert ruv("import", known, "--format", "htcds", "--commit", *where).code == 0
    arriving = htcds_file(
        tmp_path / "b.csv", {**as_row(person), "prs_Gender": "Feminine"}, as_row(somebody())
    )
    linked = ruv("import", arriving, "--format", "htcds", "--link", "--json", *where)
    assert linked.code == 0, linked.err
    answer = json.loads(linked.out)
    assert (answer["rows"], answer["compared"], answer["resumed_at"]) == (2, 2, 0)
    assert (answer["results"]["probable"], answer["results"]["ninguna"]) == (1, 1)
    stored = ruv("import", arriving, "--format", "htcds", "--commit", "--json", *where)
    assert json.loads(stored.out)["held"] == 1
    report = json.loads(ruv("reconcile", "--year", "2024", "--json", *where).out)
    assert report["persons"] == {"value": None, "status": "RESERVADO"}  # three are too few to be told
    assert [row["source"] for row in report["sources"]] == ["OTRAS"]
    released = ruv("reconcile", "--year", "2024", "--release", *where)
    assert released.code == 0
    assert "reservado" in released.out
    for value in (person["given_names"], person["first_surname"]):
        assert value not in linked.out + linked.err + released.out


def test_a_file_of_the_loading_account_is_its_own_source(ruv: Ruv, installed: Path, tmp_path: Path) -> None:
    where = ("--data-dir", installed)
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(40))
    assert ruv("import", path, "--format", "ctdc", "--commit", *where).code == 0
    report = json.loads(ruv("reconcile", "--year", "2016", "--json", *where).out)
    assert report["sources"][0]["source"] == "CTDC 2020-04-14"
    table = ruv("reconcile", "--year", "2016", *where)
    assert "CTDC 2020-04-14" in table.out


def test_wrong_rows_are_counted_and_nobody_is_told_to_decide(
    ruv: Ruv, installed: Path, tmp_path: Path
) -> None:
    wrong = htcds_file(tmp_path / "w.csv", {**as_row(somebody()), "ruv_FirstIdentifiedOn": "ayer"})
    linked = ruv("import", wrong, "--format", "htcds", "--link", "--data-dir", installed)
    assert linked.code == 1
    assert "1 filas rechazadas y no comparadas" in linked.err
    assert "Las dudas" not in linked.out


def test_comparing_and_storing_are_two_orders(ruv: Ruv, installed: Path, tmp_path: Path) -> None:
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(3))
    both = ruv("import", path, "--format", "ctdc", "--link", "--commit", "--data-dir", installed)
    assert both.code == 2
    assert "por separado" in both.err


def test_a_year_that_has_not_ended_is_not_released(ruv: Ruv, installed: Path) -> None:
    refused = ruv("reconcile", "--year", "2199", "--release", "--data-dir", installed)
    assert refused.code != 0
    assert "El año va de 1900" in refused.err
