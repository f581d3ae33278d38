"""The page of a release: what it states of the release at hand, and where each figure is from."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from app.services.releases.artefacts import Artefact
from app.services.releases.ledger import Charge, Kind
from app.services.releases.metadata import Facts, describe, workload_unit
from app.services.releases.noise import Calibration
from app.services.releases.workload import workload_v1

WORKLOAD = workload_v1()
TITLES = {table.name: table.title for table in WORKLOAD.tables}
CHARGE = Charge("LI-2024", Kind.ANNUAL, 2024, "lista", "corte", "código")
FACTS = Facts(
    CHARGE,
    "cabeza",
    {"T0": Calibration(0.0123456789012, 6.36361111), "T2": Calibration(0.05, 3.16227766)},
    Decimal("0.12345678901"),
    "2025-02-03T04:05:06Z",
    {"ruv": "1", "opendp": "2"},
)
FILES = [
    Artefact("T0", "csv", b"uno"),
    Artefact("T0", "json", b"dos"),
    Artefact("T2", "csv", b"tres"),
]
PAGE = describe(WORKLOAD, FACTS, FILES)


def test_it_names_the_release_and_its_year() -> None:
    assert PAGE["titulo"] == "Personas víctimas de trata detectadas en 2024"
    assert (PAGE["liberacion"], PAGE["clase"]) == ("LI-2024", "ANUAL")
    assert PAGE["periodo"] == {"desde": "2024-01-01", "hasta": "2024-12-31", "corte": "2025-02-03T04:05:06Z"}
    assert PAGE["productor"].startswith("RUV-Trata")
    assert PAGE["unidad"] == workload_unit()
    assert PAGE["programas"] == {"ruv": "1", "opendp": "2"}


def test_it_binds_the_list_the_moment_and_the_ledger() -> None:
    assert PAGE["lista_de_tablas"] == {"version": WORKLOAD.version, "sha256": WORKLOAD.sha256}
    assert PAGE["corte"]["sha256"] == "corte"
    assert "no se calcula sobre los recuentos" in PAGE["corte"]["que_es"]
    assert PAGE["libro"]["cabeza"] == "cabeza"
    assert "libro de privacidad" in PAGE["libro"]["que_es"]


def test_it_says_what_the_protection_cost() -> None:
    protection = PAGE["proteccion"]
    assert protection["rho"] == 0.062345679
    classical = protection["rho"] + 2 * math.sqrt(protection["rho"] * math.log(1 / protection["delta"]))
    assert 0.75 * classical < protection["epsilon"] < classical
    assert protection["epsilon"] == round(protection["epsilon"], 2)
    assert (protection["delta"], protection["tope_del_anio"]) == (1e-6, 0.5)
    assert protection["rho_acumulado_del_anio"] == 0.123456789
    assert "normal discreta" in protection["metodo"]
    assert "una persona" in protection["unidad_de_privacidad"]
    assert protection["invariantes"].startswith("ninguno")


def test_it_says_how_the_figures_are_read() -> None:
    reading = PAGE["lectura"]
    assert "1.96 sigma" in reading["moe95"]
    assert set(reading) == {"moe95", "regla_de_reserva", "coherencia", "redondeo"}
    assert "no la prevalencia" in PAGE["alcance"]
    assert "RETA" in PAGE["advertencia_reta"]
    assert "una sola vez" in PAGE["poblacion"]
    assert "Ley 29733" in PAGE["licencia"]
    assert "una revisión" in PAGE["revision"]


def test_each_table_has_its_own_cost_and_the_hashes_of_its_own_files() -> None:
    first, second = PAGE["tablas"]
    assert (first["tabla"], first["titulo"]) == ("T0", TITLES["T0"])
    assert (first["rho"], first["sigma"]) == (0.012345679, 6.3636)
    assert first["moe95"] > 1.96 * 6.3636
    assert first["archivos"] == [
        {"archivo": "T0.csv", "sha256": FILES[0].sha256},
        {"archivo": "T0.json", "sha256": FILES[1].sha256},
    ]
    assert (second["tabla"], second["titulo"]) == ("T2", TITLES["T2"])
    assert (second["rho"], second["sigma"]) == (0.05, 3.1623)
    assert [file["archivo"] for file in second["archivos"]] == ["T2.csv"]


def test_only_a_revision_has_a_reason() -> None:
    assert "motivo_de_la_revision" not in PAGE
    what = replace(CHARGE, kind=Kind.REVISION)
    revised = describe(WORKLOAD, replace(FACTS, what=what, reason="Llegaron 12 personas."), FILES)
    assert revised["motivo_de_la_revision"] == "Llegaron 12 personas."
    assert revised["clase"] == "REVISION"
