"""An adult whom the police free: she declines, is not left alone, and comes back to be cared for.

DS 005-2016-IN: the programme of the UDAVIT is offered; who declines passes at once
to the services of the MIMP.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tests.cases.story import ok, problem
from tests.factories import World
from tests.shelters.steps import close_others
from tests.stories.stage import TODAY, Changes, Stage

ROLES = (
    *("PNP", "Fiscalía", "UDAVIT", "CEM", "Albergue", "Psicología", "Salud", "Programa social"),
    *("Análisis", "Datos personales", "Otro CEM"),
)
HERE = "22"
"""Department of the shelter, with the only places for women there."""

WHO = "age_years first_surname given_names nationality sex"
REACH = "mobile_phone safe_channel"
RISK = "risk_assessed_on risk_level"
FACTS = "activities department main_purpose means purposes"

VIEWS: Mapping[str, Changes] = MappingProxyType(
    {
        "tras el rescate": {
            "PNP": {
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "ALERTA",
                "sabe": "nombre delito",
            },
            "Datos personales": {"identity": "exists", "caso": "ALERTA", "rutas": "403"},
        },
        "la fiscalía la identifica": {
            "PNP": {"caso": "PRESUNTA_VICTIMA"},
            "Fiscalía": {
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "Datos personales": {"caso": "PRESUNTA_VICTIMA"},
        },
        "la UDAVIT valora el riesgo": {
            "PNP": {"contact": f"partial: {REACH}", "protection": f"full: {RISK}"},
            "Fiscalía": {"contact": f"partial: {REACH}", "protection": f"full: {RISK}"},
            "UDAVIT": {
                "contact": f"full: {REACH}",
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "Datos personales": {"protection": "exists"},
        },
        "declina y pasa al CEM": {
            "quien la ve": {"caso": "DECLINA_ATENCION"},
            "PNP": {"rutas": "AURORA_CEM"},
            "Fiscalía": {"rutas": "AURORA_CEM"},
            "UDAVIT": {"rutas": "AURORA_CEM"},
            "CEM": {
                "contact": f"full: {REACH}",
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "protection": f"full: {RISK}",
                "caso": "DECLINA_ATENCION",
                "rutas": "AURORA_CEM",
                "sabe": "nombre delito",
            },
        },
        "acepta que la atiendan": {
            "quien la ve": {"caso": "EN_ASISTENCIA_INMEDIATA"},
            "PNP": {"rutas": "HRT"},
            "Fiscalía": {"rutas": "HRT"},
            "UDAVIT": {"rutas": "HRT"},
            "CEM": {"rutas": "HRT"},
        },
        "acepta el albergue": {
            "UDAVIT": {"sabe": "centro nombre delito"},
            "CEM": {"sabe": "centro nombre delito"},
            "Albergue": {
                "contact": f"partial: {REACH}",
                "identity": f"partial: {WHO}",
                "protection": f"partial: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "HRT",
                "sabe": "centro",
            },
            "Psicología": {
                "contact": f"partial: {REACH}",
                "identity": f"full: {WHO}",
                "protection": f"partial: {RISK}",
                "caso": "EN_ASISTENCIA_INMEDIATA",
                "rutas": "HRT",
                "sabe": "centro nombre",
            },
        },
        "ingresa al albergue": {
            "quien la ve": {"caso": "EN_ATENCION_ESPECIALIZADA"},
            "Albergue": {"contact": f"full: {REACH}", "identity": f"full: {WHO}", "sabe": "centro nombre"},
        },
        "el CEM elabora el plan": {
            "PNP": {"plan": "403"},
            "Fiscalía": {"plan": "403"},
            "UDAVIT": {"plan": "BORRADOR own +0"},
            "CEM": {"plan": "BORRADOR all SALUD_FISICA EDUCACION VIVIENDA +3"},
            "Albergue": {"plan": "BORRADOR own +1"},
            "Psicología": {"plan": "BORRADOR own +1"},
            "Datos personales": {"plan": "403"},
        },
        "firma el plan": {
            "UDAVIT": {"plan": "EN_EJECUCION own +0"},
            "CEM": {"plan": "EN_EJECUCION all SALUD_FISICA EDUCACION VIVIENDA +3"},
            "Albergue": {"plan": "EN_EJECUCION own +1"},
            "Psicología": {"plan": "EN_EJECUCION own +1"},
        },
        "cumplida la primera actividad": {
            "quien la ve": {"caso": "EN_REINTEGRACION"},
            "UDAVIT": {"health": "partial: allergies insurance"},
            "CEM": {"health": "partial: allergies insurance"},
            "Salud": {
                "health": "full: allergies insurance",
                "identity": f"partial: {WHO}",
                "caso": "EN_REINTEGRACION",
                "rutas": "404",
                "plan": "EN_EJECUCION own +1",
            },
            "Programa social": {
                "identity": f"partial: {WHO}",
                "caso": "EN_REINTEGRACION",
                "rutas": "404",
                "plan": "EN_EJECUCION own +1",
            },
        },
        "retira un consentimiento": {
            "Programa social": 404,
        },
    }
)


def freed(world: World) -> Stage:
    """Everybody, and a woman whom the police found."""
    stage = Stage(
        world, ROLES, units={"Albergue": world.unit("ALBERGUE", department=HERE, places={"MUJERES": 2})}
    )
    stage.secrets = {"centro": stage.units["Albergue"], "nombre": "Yesenia", "delito": "EXPLOTACION_SEXUAL"}
    identity = {
        "given_names": "Yesenia",
        "first_surname": "Apaza",
        "sex": "MUJER",
        "nationality": "PE",
        "age_years": 24,
    }
    facts = {
        "purposes": ["EXPLOTACION_SEXUAL"],
        "means": ["ENGANO"],
        "activities": ["BAR"],
        "department": "17",
    }
    stage.about("PNP", "ALERTA", identity=identity, legal=facts)
    return stage


def identified(stage: Stage) -> None:
    """There are indications: the prosecution is told within hours, and decides who she is by law."""
    stage.moves("PNP", "PRESUNTA_VICTIMA")
    assert stage.clocks("PNP", "FISCAL_AVISO") == ["CORRIENDO"]
    stage.joins("PNP", "Fiscalía")
    assert stage.clocks("PNP", "FISCAL_AVISO") == []
    path = f"/cases/{stage.case}"
    version = stage.get("Fiscalía", path)["version"]
    stage.post("Fiscalía", f"{path}/identification", 200, version, identification="IDENTIFICADA_MPFN")


def protected(stage: Stage) -> None:
    """The UDAVIT agrees with her how she may be reached, and weighs the risk."""
    stage.joins("Fiscalía", "UDAVIT")
    stage.write("UDAVIT", "contact", mobile_phone="+51 000 314 159", safe_channel="POR_PERSONA_CONFIANZA")
    stage.write("UDAVIT", "protection", risk_level="SEVERO", risk_assessed_on=TODAY)


def declines(stage: Stage) -> str:
    """She wants no programme: she passes to a CEM at once, and is asked after."""
    branch = stage.branch("UDAVIT", "ADULTA")
    stage.steps("UDAVIT", branch, "DECLINA", 422)
    answer = stage.steps("UDAVIT", branch, "DECLINA", step={"reason": "TEMOR"})
    assert {unit["code"] for unit in answer["mimp_services"]} >= {stage.units["CEM"]}
    assert stage.clocks("UDAVIT", "ATENCION_MIMP") == ["CORRIENDO"]
    stage.moves("UDAVIT", "DECLINA_ATENCION", reason="TEMOR")
    assert stage.clocks("UDAVIT", "MONITOREO") == ["CORRIENDO"]
    stage.joins("UDAVIT", "CEM")
    stage.steps("CEM", branch, "AURORA_CEM")
    assert stage.clocks("UDAVIT", "ATENCION_MIMP") == []
    return branch


def accepts(stage: Stage, branch: str) -> None:
    """Later she wants to be cared for."""
    stage.moves("CEM", "EN_ASISTENCIA_INMEDIATA", reason="ACEPTA_ATENCION")
    assert stage.clocks("UDAVIT", "MONITOREO") == []
    stage.steps("CEM", branch, "HRT", step={"consent": "SI"})


def housed(stage: Stage) -> str:
    """A place is held, she consents to go there, and the shelter takes her in. Returns the consent."""
    close_others(stage.world, HERE)
    hold = stage.post("CEM", "/shelters/holds", case=stage.case, group="MUJERES", department=HERE)["code"]
    shared = ("identity", "contact", "protection", "plan")
    without = {"case": stage.case, "to_unit": stage.units["Albergue"], "service_type": "ALOJAMIENTO"}
    assert "consentimiento" in stage.refused(
        "CEM", "/referrals", 422, legal_basis="CONSENTIMIENTO", **without
    )
    consent = stage.referred_on_consent("CEM", "Albergue", "ALOJAMIENTO", *shared)
    stage.after("acepta el albergue", VIEWS)
    stage.post("Albergue", "/placements", case=stage.case, hold=hold)
    stage.moves("CEM", "EN_ATENCION_ESPECIALIZADA")
    return consent


def planned(stage: Stage) -> str:
    """The plan, from what was assessed, with what each institution does. Returns what health does."""
    assert stage.clocks("CEM", "PRI_BORRADOR") == ["CORRIENDO"]
    doers = {"SALUD_FISICA": "Salud", "EDUCACION": "Programa social", "VIVIENDA": "Albergue"}
    activities = stage.drafts("CEM", doers, place_of_execution="LUGAR_DE_DESTINO")
    assert stage.clocks("CEM", "PRI_BORRADOR") == []
    assessed = {"domain": "SALUD_FISICA", "level": 2, "assessed_on": TODAY}
    stage.post("CEM", f"/plans/{stage.plan}/assessments", **assessed)
    return activities["Salud"]


def signed(stage: Stage) -> None:
    """She signs before anything is done, and so does who works with her."""
    stage.plan_to("CEM", "EN_CONSULTA")
    stage.plan_to("CEM", "EN_EJECUCION", 409)
    stage.signs("CEM", ("PERSONA", "FIRMA"), ("PROFESIONAL", "FIRMA"))
    stage.plan_to("CEM", "EN_EJECUCION")


def cared_for(stage: Stage, activity: str) -> str:
    """Health and a social programme come in by her consent. Returns the consent for the programme."""
    stage.referred_on_consent("CEM", "Salud", "SALUD", "identity", "health", "plan")
    stage.write("Salud", "health", allergies=["Penicilina"], insurance="SIS")
    consent = stage.referred_on_consent("CEM", "Programa social", "EDUCACION", "identity", "plan")
    problem(stage.done("Programa social", activity), 404)
    ok(stage.done("Salud", activity))
    return consent


def test_an_adult_who_declines_is_not_left_alone_and_comes_back(world: World) -> None:
    stage = freed(world)
    stage.after("tras el rescate", VIEWS)
    identified(stage)
    stage.after("la fiscalía la identifica", VIEWS)
    protected(stage)
    stage.after("la UDAVIT valora el riesgo", VIEWS)
    branch = declines(stage)
    stage.after("declina y pasa al CEM", VIEWS)
    accepts(stage, branch)
    stage.after("acepta que la atiendan", VIEWS)
    housed(stage)
    stage.after("ingresa al albergue", VIEWS)
    activity = planned(stage)
    stage.after("el CEM elabora el plan", VIEWS)
    signed(stage)
    stage.after("firma el plan", VIEWS)
    consent = cared_for(stage, activity)
    stage.moves("CEM", "EN_REINTEGRACION")
    stage.after("cumplida la primera actividad", VIEWS)
    stage.post("CEM", f"/consents/{consent}/withdrawal", 200, by_whom="PERSONA")
    stage.after("retira un consentimiento", VIEWS)
