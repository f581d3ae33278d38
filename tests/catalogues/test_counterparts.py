"""Every code of the facts has its counterpart in HTCDS 2.0, CTDC and RETA, or is named here as having none.

Both ways: no own code and no foreign one is forgotten. Foreign codes come from the public data sets.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.catalogues import code_list

# Own codes without a counterpart, by list and column.
NONE_OF_OURS: dict[tuple[str, str], set[str]] = {
    ("purpose", "htcds_code"): {"NO_IDENTIFICADO"},
    ("purpose", "ctdc"): {"NO_IDENTIFICADO", "GESTACION_SUBROGADA"},
    ("purpose", "reta"): {
        "ESCLAVITUD",
        "SERVIDUMBRE",
        "MATRIMONIO_FORZADO",
        "RECLUTAMIENTO_FORZADO",
        "GESTACION_SUBROGADA",
        "OTRA_ANALOGA",
    },
    ("means", "htcds_code"): set(),
    ("means", "ctdc"): {"ABUSO_PODER", "ABUSO_VULNERABILIDAD", "PAGOS_BENEFICIOS", "OTRO"},
    ("means", "reta"): {"ABUSO_VULNERABILIDAD"},
    ("recruitment", "htcds_code"): {"PADRINAZGO", "SEDUCCION", "AGENCIA", "SECUESTRO"},
    ("recruitment", "reta"): {
        "EN_EL_TRABAJO",
        "AVISO_EN_LINEA",
        "AVISO_TELEVISION",
        "AVISO_PERIODICO",
        "FAMILIA",
        "AMISTADES",
        "AGENCIA",
        "SECUESTRO",
    },
    ("recruiter_relation", "htcds_code"): {"OTRO"},
    ("recruiter_relation", "ctdc"): {"TUTOR", "CONOCIDO", "EMPLEADOR", "DESCONOCIDO"},
    ("recruiter_relation", "reta"): {"AMISTAD", "EMPLEADOR", "DESCONOCIDO"},
    ("activity", "ctdc"): {
        "MASAJES",
        "PORNOGRAFIA",
        "DISCOTECA",
        "ESTIBA",
        "MODELAJE",
        "LADRILLERA",
        "NIGHT_CLUB",
        "PROSTIBULO",
        "RESIDUOS",
        "TALA",
        "PIROTECNIA",
        "MERCADO",
        "BAR",
        "HOSPEDAJE",
        "EN_LINEA",
        "VIVIENDA",
    },
    ("activity", "reta"): {
        "BAR",
        "HOSPEDAJE",
        "EN_LINEA",
        "TRANSPORTE",
        "CONFECCION",
        "RESTAURANTE",
        "CULTIVO_ILICITO",
        "VENTA_AMBULANTE",
        "VIVIENDA",
    },
    ("act", "palermo"): {"RETENCION"},
}
"""HTCDS has no list of acts nor of places or activities; CTDC none of acts nor of forms of recruitment."""

RETA = {
    "purpose": "FINALIDAD DEL TIPO DE DELITO",
    "means": "MEDIO EMPLEADO POR EL TRATANTE",
    "activity": "EXPLOTACIÓN",
    "recruitment": "CAPTACIÓN",
    "recruiter_relation": "VÍNCULO CON EL TRATANTE",
}
HTCDS = {
    "purpose": "vic_TypeOfExploitation",
    "recruitment": "vic_MethodOfRecruitment",
    "recruiter_relation": "vic_RelationshipToTrafficker",
}
CTDC_WORK = {
    "typeOfLabourAgriculture", "typeOfLabourAquafarming", "typeOfLabourBegging", "typeOfLabourConstruction",
    "typeOfLabourDomesticWork", "typeOfLabourHospitality", "typeOfLabourIllicitActivities",
    "typeOfLabourManufacturing", "typeOfLabourMiningOrDrilling", "typeOfLabourPeddling",
    "typeOfLabourTransportation", "typeOfLabourOther",
}  # fmt: skip
"""Kinds of work in CTDC's codebook of 2020; `typeOfLabourNotSpecified` is unknown, not a kind."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(("name", "column"), sorted(NONE_OF_OURS))
def test_every_own_code_has_a_counterpart_or_is_named(name: str, column: str) -> None:
    listed = code_list(name)
    without = {code for code in listed.codes if not listed.mapped(code, column)}
    assert without == NONE_OF_OURS[name, column]


@pytest.mark.parametrize("name", sorted(RETA))
def test_every_code_of_reta_is_ours(name: str, shared_data: Path) -> None:
    measures = {
        r["medida"] for r in rows(shared_data / "reta_anual_nacional.csv") if r["categoria"] == RETA[name]
    }
    theirs = {measure.split("_", 1)[1] for measure in measures} - {"TOTAL"}
    assert theirs
    assert theirs <= set(code_list(name).by("reta"))


@pytest.mark.parametrize("name", sorted(HTCDS))
def test_every_code_of_htcds_is_ours(name: str, shared_data: Path) -> None:
    theirs = {r["code"] for r in rows(shared_data / "htcds_v2_codes.csv") if r["field"] == HTCDS[name]}
    assert theirs
    assert theirs <= set(code_list(name).by_htcds)
    mapped = {code for own in code_list(name).codes for code in code_list(name).mapped(own, "htcds_code")}
    assert mapped <= theirs


def test_means_map_to_methods_of_control_that_exist(shared_data: Path) -> None:
    controls = set(code_list("control_method").by_htcds)
    means = code_list("means")
    mapped = {code for own in means.codes for code in means.mapped(own, "htcds_code")}
    assert mapped <= controls
    assert means.by_htcds.keys() <= controls
    published = {
        r["code"] for r in rows(shared_data / "htcds_v2_codes.csv") if r["field"] == "vic_MethodsOfControl"
    }
    assert published <= controls


def test_kinds_of_work_of_ctdc_are_ours() -> None:
    activities, purposes = code_list("activity"), code_list("purpose")
    ours = activities.by("ctdc").keys() | purposes.by("ctdc").keys()
    assert ours >= CTDC_WORK


def test_the_activities_reta_lacks_are_present() -> None:
    asked = {
        "BAR", "HOSPEDAJE", "EN_LINEA", "TRANSPORTE", "CONFECCION", "RESTAURANTE", "CULTIVO_ILICITO",
    }  # fmt: skip
    assert asked <= set(code_list("activity").codes)
