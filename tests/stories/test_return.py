"""A woman who was well is trafficked again: a new case of the same person, and her son with her."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from tests.cases.story import mandate, ok, problem
from tests.factories import World
from tests.stories.stage import TODAY, Changes, Stage

ROLES = ("PNP", "Fiscalía", "CEM", "UPE", "Salud", "Otra PNP", "Otro CEM", "Análisis", "Datos personales")
WHO = "age_years documents first_surname given_names nationality sex"
REACH = "mobile_phone safe_channel"
ENDING = "achieved_domains followup_agreed followup_notes outcome residual_risk"
FACTS = "department main_purpose purposes"

VIEWS: Mapping[str, Changes] = MappingProxyType(
    {
        "la primera vez": {
            "PNP": {
                "contact": f"partial: {REACH}",
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "Fiscalía": {
                "contact": f"partial: {REACH}",
                "identity": f"full: {WHO}",
                "legal": f"full: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "CEM": {
                "contact": f"full: {REACH}",
                "identity": f"full: {WHO}",
                "legal": f"partial: {FACTS}",
                "caso": "PRESUNTA_VICTIMA",
                "sabe": "nombre delito",
            },
            "Datos personales": {"identity": "exists", "caso": "PRESUNTA_VICTIMA", "rutas": "403"},
        },
        "se cierra con su plan cumplido": {
            "quien la ve": {"caso": "CERRADO"},
            "PNP": {"plan": "403"},
            "Fiscalía": {"plan": "403"},
            "CEM": {
                "outcome": f"full: {ENDING}",
                "plan": "CUMPLIDO all EMPLEO +1",
            },
            "Datos personales": {"outcome": "exists", "plan": "403"},
        },
        "otra comisaría la encuentra": {},
        "el caso nuevo": {
            "PNP": {"caso": "404", "rutas": "404"},
            "Fiscalía": {"caso": "404", "rutas": "404"},
            "CEM": {"caso": "PRESUNTA_VICTIMA", "sabe": "nombre", "legal": None},
            "Otra PNP": {
                "contact": f"partial: {REACH}",
                "identity": f"full: {WHO}",
                "caso": "PRESUNTA_VICTIMA",
                "plan": "403",
                "sabe": "nombre",
            },
            "Otro CEM": {
                "contact": f"full: {REACH}",
                "identity": f"full: {WHO}",
                "outcome": f"full: {ENDING}",
                "caso": "PRESUNTA_VICTIMA",
                "plan": "CUMPLIDO all EMPLEO +1",
                "sabe": "nombre",
            },
            "Datos personales": {"caso": "404", "rutas": "404"},
        },
        "su hijo": {},
    }
)


def found(world: World) -> Stage:
    """Everybody, and a woman whom the police found; the CEM is with her by mandate."""
    stage = Stage(world, ROLES)
    stage.secrets = {"nombre": "Ruth Nohemí", "delito": "EXPLOTACION_SEXUAL"}
    identity = {
        "given_names": "Ruth Nohemí",
        "first_surname": f"Salas{stage.world.tag}",
        "sex": "MUJER",
        "nationality": "PE",
        "age_years": 27,
        "documents": [
            {"type": "DNI", "number": str(int(stage.world.tag, 16) % 10**8).zfill(8), "country": "PE"}
        ],
    }
    facts = {"purposes": ["EXPLOTACION_SEXUAL"], "department": "17"}
    stage.about("PNP", "PRESUNTA_VICTIMA", identity=identity, legal=facts)
    stage.joins("PNP", "Fiscalía")
    stage.joins("PNP", "CEM")
    stage.write("CEM", "contact", mobile_phone="+51 000 314 159", safe_channel="LLAMADA")
    return stage


def reintegrated(stage: Stage) -> str:
    """Her plan is fulfilled, and the case ends with it. Returns the plan."""
    (activity,) = stage.drafts("CEM", {"EMPLEO": "CEM"}, place_of_execution="LUGAR_DE_ORIGEN").values()
    stage.plan_to("CEM", "EN_CONSULTA")
    stage.signs("CEM", ("PERSONA", "FIRMA"), ("PROFESIONAL", "FIRMA"))
    stage.plan_to("CEM", "EN_EJECUCION")
    ok(stage.done("CEM", activity))
    (goal,) = stage.get("CEM", f"/plans/{stage.plan}")["objectives"]
    url = f"/api/v1/plans/{stage.plan}/objectives/{goal['code']}"
    reached = {"state": "LOGRADO", "note": "Trabaja"}
    ok(stage.desks["CEM"].client.patch(url, json=reached, headers={"If-Match": f'"{goal["version"]}"'}))
    stage.plan_to("CEM", "EN_SEGUIMIENTO")
    agreed = {"achievement": {"EMPLEO": "LOGRADO"}, "residual_risk": "LEVE", "follow_up": "Seis meses"}
    stage.plan_to("CEM", "CUMPLIDO", outcome="VIDA_INDEPENDIENTE", closing=agreed)
    for state in ("ASISTENCIA_INMEDIATA", "ATENCION_ESPECIALIZADA", "REINTEGRACION", "SEGUIMIENTO"):
        stage.moves("CEM", f"EN_{state}")
    stage.moves("CEM", "CERRADO", outcome="VIDA_INDEPENDIENTE")
    return stage.plan


def found_again(stage: Stage, document: Mapping[str, Any]) -> None:
    """Other police find her: the register knows her, and says only whom to ask."""
    answer = stage.desks["Otra PNP"].sent("/victims/search", {"documents": [document]})
    (match,) = ok(answer)["items"]
    assert match.keys() == {"unit"}
    assert "Ruth" not in answer.text
    assert stage.victim not in answer.text
    again = {"victim": stage.victim, "first_identified_on": TODAY, "source": "RETRATA", "reason": "MISMA_RED"}
    stage.refused("Otra PNP", "/cases", 404, **again)


def opened_again(stage: Stage) -> None:
    """Who knew her opens the new case, and says that she was trafficked again and by whom."""
    before = stage.case
    again = {"victim": stage.victim, "first_identified_on": TODAY, "source": "RETRATA"}
    unsaid = stage.desks["CEM"].sent("/cases", again)
    assert [error["field"] for error in problem(unsaid, 422)["errors"]] == ["reason"]
    stage.case = stage.post("CEM", "/cases", **again, reason="MISMA_RED")["code"]
    for who in ("Otra PNP", "Otro CEM"):
        stage.joins("CEM", who)
    case = stage.get("CEM", f"/cases/{stage.case}")
    assert (case["source"], case["victim"], case["previous_case"]) == ("RETRATA", stage.victim, before)
    assert stage.get("Otra PNP", f"/cases/{stage.case}")["previous_case"] is None
    stage.refused("CEM", "/cases", 409, **again, reason="MISMA_RED")


def with_her_son(stage: Stage) -> None:
    """Her son is a person of his own, whom the UPE protects; who has no part in his case learns no code."""
    son = stage.register(
        "CEM", "PRESUNTA_VICTIMA", identity={"given_names": "Luis", "sex": "HOMBRE", "age_years": 5}
    )
    case = stage.get("CEM", f"/victims/{son}")["cases"][0]["code"]
    stage.post("CEM", f"/cases/{case}/participations", **mandate(stage.units["UPE"]))
    bond = {"relation": "HIJA_HIJO", "dependent": "SI", "lives_with": "SI"}
    stage.post("CEM", f"/victims/{stage.victim}/family", relative=son, link=bond)
    (hers,) = stage.get("CEM", f"/victims/{stage.victim}/family")["items"]
    assert (hers["relative"], hers["relation"], hers["depends"]) == (son, "HIJA_HIJO", "FAMILIAR")
    (told,) = stage.get("Otra PNP", f"/victims/{stage.victim}/family")["items"]
    assert (told["relative"], told["in_scope"]) == ("registrada; sin acceso", False)
    (his,) = stage.get("UPE", f"/victims/{son}/family")["items"]
    assert (his["relative"], his["relation"]) == ("registrada; sin acceso", "MADRE_O_PADRE")
    assert stage.desks["UPE"].client.get(f"/api/v1/victims/{stage.victim}").status_code == 404


def test_a_woman_trafficked_again_is_the_same_person_in_a_new_case(world: World) -> None:
    stage = found(world)
    (document,) = stage.get("PNP", f"/victims/{stage.victim}")["compartments"]["identity"]["documents"]
    stage.after("la primera vez", VIEWS)
    reintegrated(stage)
    stage.after("se cierra con su plan cumplido", VIEWS)
    shown = {name: document[name] for name in ("type", "number", "country")}
    found_again(stage, shown)
    stage.after("otra comisaría la encuentra", VIEWS)
    opened_again(stage)
    stage.after("el caso nuevo", VIEWS)
    with_her_son(stage)
    stage.after("su hijo", VIEWS)
