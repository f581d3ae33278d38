"""A girl of fourteen: the UPE protects her from the first hour until she is back with who is fit for it.

DL 1297 (measure of urgency, residential care, individual work plan); RFN 1297-2020-MP-FN (single interview).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.records.kinds import today
from app.services.plans.calendar import add_months
from tests.cases.story import move, ok
from tests.commands.steps import decide
from tests.factories import World
from tests.stories.stage import TODAY, Changes, Stage

ROLES = (
    *("PNP", "Fiscalía", "UPE", "CAR", "Psicología", "Salud", "Programa social"),
    *("Análisis", "Datos personales", "Otro CEM"),
)
WHO = "age_years first_surname given_names sex"
FACTS = "department main_purpose purposes"
INTERVIEW = "interview_date place_type single_interview_done"

VIEWS: Mapping[str, Changes] = MappingProxyType(
    {
        "tras el rescate": {
            "PNP": {
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "Datos personales": {"identity": "exists", "caso": "PRESUNTA_VICTIMA", "rutas": "403"},
        },
        "la UPE dicta la medida de urgencia": {
            "PNP": {"rutas": "MEDIDA_URGENCIA"},
            "Fiscalía": {
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "rutas": "MEDIDA_URGENCIA",
                "sabe": "nombre delito",
            },
            "UPE": {
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "rutas": "MEDIDA_URGENCIA",
                "sabe": "nombre delito",
            },
        },
        "la entrevista única": {
            "PNP": {"testimony": f"full: {INTERVIEW}"},
            "Fiscalía": {"testimony": f"full: {INTERVIEW}"},
            "UPE": {"testimony": "exists"},
        },
        "ingresa al CAR": {
            "quien la ve": {"caso": "EN_ATENCION_ESPECIALIZADA"},
            "PNP": {"rutas": "ACOGIMIENTO_RESIDENCIAL"},
            "Fiscalía": {"rutas": "ACOGIMIENTO_RESIDENCIAL"},
            "UPE": {"rutas": "ACOGIMIENTO_RESIDENCIAL", "sabe": "centro nombre delito"},
            "CAR": {
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "EN_ATENCION_ESPECIALIZADA",
                "rutas": "ACOGIMIENTO_RESIDENCIAL",
                "sabe": "centro nombre delito",
            },
            "Psicología": {
                "identity": f"full: {WHO}",
                "caso": "EN_ATENCION_ESPECIALIZADA",
                "rutas": "ACOGIMIENTO_RESIDENCIAL",
                "sabe": "nombre",
            },
        },
        "el plan con su opinión": {
            "PNP": {"rutas": "PTI_APROBADO", "plan": "403"},
            "Fiscalía": {"rutas": "PTI_APROBADO", "plan": "403"},
            "UPE": {"rutas": "PTI_APROBADO", "plan": "EN_EJECUCION all EDUCACION FAMILIA +2"},
            "CAR": {"rutas": "PTI_APROBADO", "plan": "EN_EJECUCION all EDUCACION FAMILIA +2"},
            "Psicología": {
                "rutas": "PTI_APROBADO",
                "plan": "EN_EJECUCION all EDUCACION FAMILIA +2",
                "sabe": "centro nombre",
            },
            "Datos personales": {"plan": "403"},
        },
        "en el colegio": {
            "Programa social": {
                "identity": f"partial: {WHO}",
                "caso": "EN_ATENCION_ESPECIALIZADA",
                "rutas": "404",
                "plan": "EN_EJECUCION own +1",
            },
        },
        "egresa con su familia": {
            "PNP": {"rutas": "CONCLUIDO"},
            "Fiscalía": {"rutas": "CONCLUIDO"},
            "UPE": {"rutas": "CONCLUIDO"},
            # What following her up takes, and the facts no more.
            "CAR": {"rutas": "CONCLUIDO", "legal": None, "sabe": "centro nombre"},
            "Psicología": {"rutas": "CONCLUIDO"},
        },
        "en seguimiento": {
            "quien la ve": {"caso": "EN_SEGUIMIENTO"},
            "UPE": {"plan": "EN_SEGUIMIENTO all EDUCACION FAMILIA +2"},
            "CAR": {"plan": "EN_SEGUIMIENTO all EDUCACION FAMILIA +2"},
            "Psicología": {"plan": "EN_SEGUIMIENTO all EDUCACION FAMILIA +2"},
            "Programa social": {"plan": "EN_SEGUIMIENTO own +1"},
        },
        "se cierra": {
            "quien la ve": {"caso": "CERRADO"},
        },
    }
)


def found(world: World) -> Stage:
    """Everybody, and a girl whom the police found."""
    home = world.unit("CAR", department="19", places={"NNA_MUJERES": 2})
    stage = Stage(world, ROLES, units={"CAR": home, "Psicología": home})
    stage.secrets = {"centro": home, "nombre": "Maricielo", "delito": "EXPLOTACION_SEXUAL"}
    identity = {"given_names": "Maricielo", "first_surname": "Tuesta", "sex": "MUJER", "age_years": 14}
    facts = {"purposes": ["EXPLOTACION_SEXUAL"], "department": "17"}
    stage.about("PNP", "PRESUNTA_VICTIMA", identity=identity, legal=facts)
    return stage


def communicated(stage: Stage) -> str:
    """The UPE and the prosecution are told within hours; she is in no branch of adults."""
    for clock in ("FISCAL_AVISO", "UPE_COMUNICACION"):
        assert stage.clocks("PNP", clock) == ["CORRIENDO"]
    assert "no entra en la ruta de personas adultas" in stage.refused(
        "PNP", f"/cases/{stage.case}/procedures", 409, branch="ADULTA"
    )
    stage.joins("PNP", "Fiscalía")
    stage.joins("PNP", "UPE")
    for clock in ("FISCAL_AVISO", "UPE_COMUNICACION"):
        assert stage.clocks("PNP", clock) == []
    branch = stage.branch("PNP", "NNA")
    assert "UPE" in stage.steps("PNP", branch, "MEDIDA_URGENCIA", 409)["detail"]
    stage.steps("UPE", branch, "MEDIDA_URGENCIA", step={"resolution": "RD 12-2026"})
    assert stage.clocks("UPE", "PTI") == ["CORRIENDO"]
    return branch


def heard_once(stage: Stage) -> None:
    """She tells it once, in a Gesell chamber; nobody makes her tell it again without saying why."""
    once = {"single_interview_done": "SI", "interview_date": TODAY, "place_type": "CAMARA_GESELL"}
    stage.write("Fiscalía", "testimony", **once)
    again = {"further_interviews": [{"date": TODAY}]}
    refused = stage.write("PNP", "testimony", 409, **again)
    assert {error["field"] for error in refused["errors"]} == {
        "further_interviews.0.reason",
        "further_interviews.0.authority",
    }


def taken_in(stage: Stage, branch: str) -> str:
    """A place is held where the UPE knows, and the CAR takes her in. Returns the placement."""
    held = {"case": stage.case, "group": "NNA_MUJERES", "unit": stage.units["CAR"]}
    hold = stage.post("UPE", "/shelters/holds", legal_basis="INTERES_SUPERIOR", **held)["code"]
    placement = stage.post("CAR", "/placements", hold=hold)["code"]
    stage.steps("UPE", branch, "ACOGIMIENTO_RESIDENCIAL")
    stage.moves("UPE", "EN_ASISTENCIA_INMEDIATA")
    stage.moves("UPE", "EN_ATENCION_ESPECIALIZADA")
    return str(placement)


def planned(stage: Stage, branch: str) -> str:
    """Her plan hangs from the work plan of the UPE, has her opinion, and the head signs. What school does."""
    doers = {"EDUCACION": "Programa social", "FAMILIA": "CAR"}
    activities = stage.drafts("CAR", doers, place_of_execution="LUGAR_DE_ORIGEN")
    stage.plan_to("CAR", "EN_CONSULTA")
    early = stage.refused("CAR", f"/plans/{stage.plan}/signatures", 409, signer="JEFATURA", manner="FIRMA")
    assert "PTI" in early
    stage.steps("UPE", branch, "PTI_APROBADO", step={"resolution": "RD 40-2026"})
    assert stage.clocks("UPE", "PTI") == []
    version = stage.get("CAR", f"/plans/{stage.plan}")["version"]
    resolution = {"pti_number": "RD 40-2026", "pti_on": TODAY}
    client = stage.desks["CAR"].client
    ok(client.patch(f"/api/v1/plans/{stage.plan}", json=resolution, headers={"If-Match": f'"{version}"'}))
    stage.signs("CAR", ("JEFATURA", "FIRMA"), ("PERSONA", "OPINION_RECOGIDA"), ("PROFESIONAL", "FIRMA"))
    stage.plan_to("CAR", "EN_EJECUCION")
    return activities["Programa social"]


def at_school(stage: Stage, activity: str) -> None:
    """She assents, and the UPE backs it: the school gets what it needs to enrol her, and does."""
    assent = {"given_by": "ASENTIMIENTO_NNA", "backed_by": "UPE"}
    consent = stage.consents("UPE", "Programa social", "identity", "plan", **assent)
    basis = {"legal_basis": "ASENTIMIENTO", "consent": consent, "compartments": ["identity", "plan"]}
    stage.refers("UPE", "Programa social", "EDUCACION", **basis)
    ok(stage.done("Programa social", activity))


def back_home(stage: Stage, placement: str, branch: str) -> None:
    """She leaves to family only when who receives her was found fit and the UPE said so."""
    leaves = {"reason": "REINTEGRACION_FAMILIAR"}
    assert "idoneidad" in stage.refused("CAR", f"/placements/{placement}/exit", 409, 1, **leaves)
    aunt = {"relation": "TIA_O_TIO", "checked_on": TODAY, "name": "Rosa Tuesta"}
    path = f"/placements/{placement}/suitability"
    stage.post("CAR", path, result="NO_IDONEA", suspected="SI", **aunt)
    stage.refused("CAR", f"/placements/{placement}/exit", 409, 1, **leaves)
    stage.post("CAR", path, result="IDONEA", suspected="NO", **aunt)
    assert "resolución" in stage.refused("CAR", f"/placements/{placement}/exit", 409, 1, **leaves)
    stage.steps("UPE", branch, "CONCLUIDO", 422, conclusion="RETORNO_FAMILIA_IDONEA")
    fit = {"suitability": "IDONEA", "suitability_on": TODAY}
    stage.steps("UPE", branch, "CONCLUIDO", conclusion="RETORNO_FAMILIA_IDONEA", step=fit)
    stage.post("CAR", f"/placements/{placement}/exit", 200, 1, **leaves)


def followed(stage: Stage) -> None:
    """After she left she is asked after, for a year since she is a child."""
    stage.moves("UPE", "EN_REINTEGRACION")
    first, *_ = stage.plan_to("CAR", "EN_SEGUIMIENTO")["follow_ups"]
    days = [item["planned_on"] for item in stage.get("CAR", f"/plans/{stage.plan}/follow-ups")["items"]]
    assert days == [add_months(today(), months).isoformat() for months in (1, 2, 3, 6, 9, 12)]
    visited = {
        "contacted_on": TODAY,
        "channel": "POR_SERVICIO",
        "result": "ESTABLE",
        "note": "Va al colegio",
    }
    stage.post("CAR", f"/plans/{stage.plan}/follow-ups/{first}/contacts", **visited)
    stage.moves("UPE", "EN_SEGUIMIENTO")


def closed(stage: Stage) -> None:
    """The case ends with how she is, by two people of two units."""
    asked = move(stage.desks["UPE"].client, stage.case, "CERRADO", outcome="REINTEGRACION_FAMILIAR")
    ok(decide(stage.desks["CAR"].client, ok(asked, 202)["command"], "approvals"))


def test_a_girl_is_protected_until_she_is_back_with_who_is_fit_to_raise_her(world: World) -> None:
    stage = found(world)
    stage.after("tras el rescate", VIEWS)
    branch = communicated(stage)
    stage.after("la UPE dicta la medida de urgencia", VIEWS)
    heard_once(stage)
    stage.after("la entrevista única", VIEWS)
    placement = taken_in(stage, branch)
    stage.after("ingresa al CAR", VIEWS)
    activity = planned(stage, branch)
    stage.after("el plan con su opinión", VIEWS)
    at_school(stage, activity)
    stage.after("en el colegio", VIEWS)
    back_home(stage, placement, branch)
    stage.after("egresa con su familia", VIEWS)
    followed(stage)
    stage.after("en seguimiento", VIEWS)
    closed(stage)
    stage.after("se cierra", VIEWS)
