"""UBIGEO: text of six digits with its leading zero, INEI inside, RENIEC only at the boundary."""

import csv
from pathlib import Path

import pytest

from app.catalogues import (
    code_list,
    department_of,
    is_ubigeo,
    ubigeo_from_reniec,
    ubigeo_label,
    ubigeo_to_reniec,
)

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_the_leading_zero_is_part_of_the_code() -> None:
    assert is_ubigeo("010101")
    assert not is_ubigeo("10101")
    assert department_of("010101") == "01"


@pytest.mark.parametrize("code", ["", "17", "1701", "999999", "17010a", "１７０１０１", "170101 "])
def test_what_is_no_district_is_refused(code: str) -> None:
    assert not is_ubigeo(code)


def test_labels_read_from_the_district_up() -> None:
    assert ubigeo_label("170101") == "Tambopata, Tambopata, Madre de Dios"
    with pytest.raises(KeyError):
        ubigeo_label("999999")


@pytest.mark.parametrize("code", ["150144", "160109", "160114"])
def test_abolished_districts_are_still_known(code: str) -> None:
    assert is_ubigeo(code)


def test_reniec_numbers_places_differently() -> None:
    assert ubigeo_from_reniec("240101") == "070101"
    assert ubigeo_to_reniec("070101") == "240101"
    assert ubigeo_from_reniec("999999") is None
    assert ubigeo_to_reniec("130112") is None
    assert ubigeo_to_reniec("999999") is None


def test_every_district_has_its_province_and_department() -> None:
    for code in code_list("ubigeo").codes:
        assert ubigeo_label(code).count(",") == 2
    assert {code[:4] for code in code_list("ubigeo").codes} == set(code_list("province").codes)
    assert {code[:2] for code in code_list("ubigeo").codes} == set(code_list("department").codes)


def test_departments_are_those_of_the_code_list() -> None:
    assert {department_of(code) for code in ("010101", "070101", "250101")} <= set(
        code_list("department").codes
    )


def test_agrees_with_the_published_table() -> None:
    file = SHARED / "ubigeo_peru.csv"
    if not file.exists():
        pytest.skip("la tabla de UBIGEO (../shared/data/ubigeo_peru.csv) no está en esta máquina")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) > 1890
    for row in rows:
        inei, reniec = row["ubigeo_inei"], row["ubigeo_reniec"]
        assert is_ubigeo(inei)
        assert department_of(inei) in code_list("department")
        assert ubigeo_to_reniec(inei) == (reniec or None)
        if reniec:
            assert ubigeo_from_reniec(reniec) == inei
