"""A woman from abroad: her consulate hears of her only if she wants it, and never while she seeks asylum.

DS 005-2016-IN; Vienna Convention on Consular Relations, art. 36; Ley 27891 (refuge).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import httpx

from app.records.kinds import today
from tests.cases.story import mandate, problem, refer
from tests.factories import World
from tests.stories.stage import TODAY, Changes, Stage

ROLES = (
    *("PNP", "Fiscalía", "UDAVIT", "CEM", "Salud", "Consulado"),
    *("Análisis", "Datos personales", "Otro CEM"),
)
WHO = "age_years first_surname given_names nationality sex"
RISK = "risk_assessed_on risk_level"
FACTS = "department main_purpose purposes"
TOLD = ("identity", "protection")

VIEWS: Mapping[str, Changes] = MappingProxyType(
    {
        "informada de sus derechos": {
            "PNP": {
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "DERECHOS_INFORMADOS",
                "sabe": "nombre delito",
            },
            "Fiscalía": {
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "DERECHOS_INFORMADOS",
                "sabe": "nombre delito",
            },
            "UDAVIT": {
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "DERECHOS_INFORMADOS",
                "sabe": "nombre delito",
            },
            "Datos personales": {
                "identity": "exists",
                "protection": "exists",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "403",
            },
        },
        "atendida y con medida de protección": {
            "UDAVIT": {"health": "partial: allergies"},
            "Salud": {
                "health": "full: allergies",
                "identity": f"partial: {WHO}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "404",
            },
        },
        "consiente avisar al consulado": {
            "PNP": {"rutas": "CONSULADO_NOTIFICADO"},
            "Fiscalía": {"rutas": "CONSULADO_NOTIFICADO"},
            "UDAVIT": {"rutas": "CONSULADO_NOTIFICADO"},
        },
        "el consulado acepta asistirla": {
            "Consulado": {
                "identity": f"partial: {WHO}",
                "protection": f"partial: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "CONSULADO_NOTIFICADO",
            },
        },
        "se organiza su retorno": {
            "PNP": {"rutas": "RETORNO_ASISTIDO"},
            "Fiscalía": {"rutas": "RETORNO_ASISTIDO"},
            "UDAVIT": {"rutas": "RETORNO_ASISTIDO"},
            "Consulado": {"rutas": "RETORNO_ASISTIDO"},
        },
        "retornó a su país": {
            "quien la ve": {"caso": "CERRADO"},
            "PNP": {"rutas": "CONCLUIDO"},
            "Fiscalía": {"rutas": "CONCLUIDO"},
            "UDAVIT": {"rutas": "CONCLUIDO"},
            "CEM": {
                "health": "partial: allergies",
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "CERRADO",
                "rutas": "CONCLUIDO",
                "sabe": "nombre delito",
            },
            "Consulado": {"rutas": "CONCLUIDO"},
        },
    }
)


def found(world: World) -> tuple[Stage, str]:
    """Everybody, and a woman whom the police found; the branch in which the UDAVIT told her of her rights."""
    stage = Stage(world, ROLES)
    stage.secrets = {"nombre": "Yuleisy", "delito": "EXPLOTACION_LABORAL"}
    identity = {
        "given_names": "Yuleisy",
        "first_surname": "Contreras",
        "sex": "MUJER",
        "nationality": "VE",
        "age_years": 31,
    }
    facts = {"purposes": ["EXPLOTACION_LABORAL"], "department": "17"}
    stage.about("PNP", "PRESUNTA_VICTIMA", identity=identity, legal=facts)
    stage.joins("PNP", "Fiscalía")
    stage.joins("PNP", "UDAVIT")
    stage.joins("Fiscalía", "UDAVIT")
    stage.write("UDAVIT", "protection", risk_level="MODERADO", risk_assessed_on=TODAY)
    stage.moves("UDAVIT", "EN_ASISTENCIA_INMEDIATA")
    return stage, stage.branch("UDAVIT", "EXTRANJERA")


def cared_for(stage: Stage) -> None:
    """Health comes in by her consent."""
    stage.referred_on_consent("UDAVIT", "Salud", "SALUD", "identity", "health")
    stage.write("Salud", "health", allergies=["Penicilina"])


def measures(stage: Stage, who: str) -> list[dict[str, Any]] | int:
    """The protection measures that somebody is shown."""
    answer = stage.desks[who].client.get(f"/api/v1/cases/{stage.case}/protection-measures")
    found: list[dict[str, Any]] | int = answer.status_code
    if answer.status_code == httpx.codes.OK:
        found = answer.json()["items"]
    return found


def hidden(stage: Stage) -> None:
    """A measure hides where she lives; what ordered it is for who protects her."""
    until = (today() + timedelta(days=90)).isoformat()
    ordered = {"type": "RESERVA_PARADERO", "until": until, "resolution": "RES-7", "authority": "2.ª Fiscalía"}
    stage.post("Fiscalía", f"/cases/{stage.case}/protection-measures", **ordered)
    for who in ("Fiscalía", "UDAVIT", "PNP"):
        (full,) = measures(stage, who)
        assert (full["type"], full["resolution"]) == ("RESERVA_PARADERO", "RES-7")
    assert measures(stage, "Salud") == 404
    assert measures(stage, "Consulado") == 404


def told(stage: Stage, branch: str) -> None:
    """Her consulate is told when she wants it, and gets what it needs to document her return."""
    refused = stage.steps("UDAVIT", branch, "CONSULADO_NOTIFICADO", 422)
    assert [error["field"] for error in refused["errors"]] == ["consent"]
    stage.steps("UDAVIT", branch, "CONSULADO_NOTIFICADO", step={"consent": "SI"})
    stage.after("consiente avisar al consulado", VIEWS)
    stage.referred_on_consent("UDAVIT", "Consulado", "ASISTENCIA_CONSULAR", *TOLD)
    (partial,) = measures(stage, "Consulado")
    assert partial["type"] == "RESERVA_PARADERO"
    assert not {"resolution", "authority"} & {name for name, value in partial.items() if value is not None}


def returned(stage: Stage, branch: str) -> None:
    """She goes home because she wants to."""
    assert stage.steps("UDAVIT", branch, "RETORNO_ASISTIDO", 422)["errors"][0]["field"] == "consent"
    stage.steps("UDAVIT", branch, "RETORNO_ASISTIDO", step={"consent": "SI"})
    stage.after("se organiza su retorno", VIEWS)
    stage.steps("UDAVIT", branch, "CONCLUIDO", conclusion="RETORNO_REALIZADO")
    stage.joins("UDAVIT", "CEM")
    stage.moves("CEM", "CERRADO", outcome="RETORNO_AL_PAIS")


def test_a_foreign_woman_goes_home_and_her_consulate_knows_what_it_must(world: World) -> None:
    stage, branch = found(world)
    stage.after("informada de sus derechos", VIEWS)
    cared_for(stage)
    hidden(stage)
    stage.after("atendida y con medida de protección", VIEWS)
    told(stage, branch)
    stage.after("el consulado acepta asistirla", VIEWS)
    returned(stage, branch)
    stage.after("retornó a su país", VIEWS)


ASYLUM: Mapping[str, Changes] = MappingProxyType(
    {
        "informada de sus derechos": VIEWS["informada de sus derechos"],
        "solicita refugio": {
            "PNP": {"rutas": "REFUGIO_SOLICITADO"},
            "Fiscalía": {"rutas": "REFUGIO_SOLICITADO"},
            "UDAVIT": {"rutas": "REFUGIO_SOLICITADO"},
        },
        "nadie avisa al consulado": {},
    }
)


def test_no_consulate_hears_of_who_seeks_asylum(world: World) -> None:
    stage, branch = found(world)
    stage.after("informada de sus derechos", ASYLUM)
    stage.steps("UDAVIT", branch, "REFUGIO_SOLICITADO")
    stage.after("solicita refugio", ASYLUM)
    for target in ("CONSULADO_NOTIFICADO", "RETORNO_ASISTIDO"):
        refused = stage.steps("UDAVIT", branch, target, 409, step={"consent": "SI"})
        assert "refugio" in refused["detail"].lower()
    consent = stage.consents("UDAVIT", "Consulado", *TOLD)
    basis = {"service_type": "ASISTENCIA_CONSULAR", "compartments": [*TOLD]}
    told = {"legal_basis": "CONSENTIMIENTO", "consent": consent}
    sent = refer(stage.desks["UDAVIT"].client, stage.case, stage.units["Consulado"], **basis, **told)
    assert "refugio" in problem(sent, 409)["detail"]
    by_law = refer(stage.desks["UDAVIT"].client, stage.case, stage.units["Consulado"], **basis)
    assert problem(by_law, 422)["errors"][0]["field"] == "legal_basis"
    body = mandate(stage.units["Consulado"])
    joined = stage.desks["Fiscalía"].sent(f"/cases/{stage.case}/participations", body)
    assert problem(joined, 422)["errors"][0]["code"] == "by-referral-only"
    stage.after("nadie avisa al consulado", ASYLUM)
