"""A day in the register: a girl whom everybody has to do with, and the rest of the work of her house.

Staged once a run; each walk goes through a copy of its own. What of the girl is not for everybody are
`SECRETS`.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from sqlalchemy import Engine

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.records.kinds import today
from app.services.drafts import service as drafts
from stories.desk import Desk
from tests.cases.story import ok, refer
from tests.factories import World
from tests.stories.stage import TODAY, Stage
from tests.stories.test_girl import communicated, heard_once, planned, taken_in


class Seat(NamedTuple):
    """Who sits where: account, role, kind and name of the unit, and whether she supervises it."""

    username: str
    role: str
    kind: str
    unit: str
    supervisor: bool = False


CAST: Mapping[str, Seat] = MappingProxyType(
    {
        "PNP": Seat("lquispe", "police_investigator", "PNP", "Depintrap Madre de Dios"),
        "Fiscalía": Seat("rpalomino", "prosecutor", "FISCALIA", "Fiscalía de trata de Madre de Dios"),
        "UDAVIT": Seat("jcondori", "udavit_officer", "UDAVIT", "UDAVIT Madre de Dios"),
        "UPE": Seat("mzegarra", "upe_officer", "UPE", "UPE Madre de Dios", supervisor=True),
        "CEM": Seat("pvilca", "cem_officer", "CEM", "CEM Tambopata"),
        "CAR": Seat("gchavez", "car_caseworker", "CAR", "Casa Amanecer", supervisor=True),
        "Acogida": Seat("nramos", "car_caseworker", "CAR", "Casa Amanecer"),
        "Psicología": Seat("cflores", "psychologist", "CAR", "Casa Amanecer"),
        "Albergue": Seat("tayala", "shelter_caseworker", "ALBERGUE", "Albergue Buen Camino"),
        "Salud": Seat("dtorres", "health_officer", "SALUD", "Centro de Salud Nueva Vida"),
        "Programa social": Seat("aluque", "social_programme_officer", "EDUCACION", "CEBA Los Cedros"),
        "Consulado": Seat("vmendez", "consular_officer", "CONSULADO", "Sección consular en Lima"),
        "Defensa": Seat("sarroyo", "public_defender", "DEFENSA_PUBLICA", "Defensa Pública Madre de Dios"),
        "Custodia": Seat("hvega", "registry_steward", "CENTRAL", "Custodia del registro"),
        "Análisis": Seat("opinedo", "analyst", "CENTRAL", "Oficina de estadística"),
        "Datos personales": Seat("bsalas", "data_protection_officer", "UPE", "UPE Madre de Dios"),
        "Administración": Seat("kdiaz", "institution_admin", "CAR", "Casa Amanecer"),
    }
)
SECRETS: Mapping[str, str] = MappingProxyType(
    {
        "nombre": "Maricielo",
        "apellido": "Tuesta",
        "documento": "CED-V-20418877",
        "teléfono": "963258741",
        "diagnóstico": "Cuadro ansioso con pesadillas recurrentes",
        "nota de sesión": "Contó que sueña con la garita del kilómetro",
        "alergia": "Penicilina benzatínica",
        "delito": "Explotación sexual",
        "nota de la casa": "Pidió clases de costura los sábados",
    }
)
GOALS: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "EDUCACION": (
            "Quiero terminar la secundaria",
            "Quinto de secundaria terminado",
            "Matrícula y tutoría semanal en el CEBA",
        ),
        "FAMILIA": (
            "Quiero volver con mi tía",
            "Retorno seguro con su tía",
            "Llamada semanal con su tía, acompañada",
        ),
    }
)
OTHERS = (
    ("Nayeli", "Huanca", "Control de salud completo", -3),
    ("Briyith", "Sangama", "Trámite de su DNI en el Reniec", 2),
    ("Flor", "Cahuana", "Taller de panadería", 5),
)
"""Others who live in the house: what is to be done for each, and in how many days."""


class Seats(dict[str, Desk]):
    """Desks by who acts, each taken when first asked for."""

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene

    def __missing__(self, who: str) -> Desk:
        self[who] = Desk(self._scene.world.client(self._scene.actors[who]), self._scene.units[who])
        return self[who]


@dataclass
class Scene(Stage):
    """The girl of the story, everybody seated under a name of theirs, and the database past every lock."""

    admin: Engine = field(kw_only=True)
    actors: dict[str, Actor] = field(default_factory=dict)
    activities: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """Referrals that wait for an answer, by who is to give it and by the service."""

    def __post_init__(self) -> None:
        by_name: dict[str, str] = {}
        for name in self.roles:
            seat = CAST[name]
            if seat.unit not in by_name:
                places = {"NNA_MUJERES": 12, "GENERAL": 6}
                by_name[seat.unit] = self.world.unit(seat.kind, name=seat.unit, places=places)
            actor = self.world.actor(
                seat.role,
                unit=by_name[seat.unit],
                supervisor=seat.supervisor,
                username=seat.username,
            )
            self.actors[name] = actor
            self.units[name] = by_name[seat.unit]
            self.desks[name] = Desk(self.world.client(actor), self.units[name])

    def __getstate__(self) -> dict[str, Any]:
        """What was staged, without the connections it was staged by."""
        return {name: value for name, value in vars(self).items() if name not in {"world", "admin", "desks"}}

    def again(self, world: World, admin: Engine) -> Self:
        """The same day in a copy of its database."""
        other = copy.copy(self)
        other.world, other.admin = world, admin
        other.desks = Seats(other)
        return other

    def run(self, statement: str, **values: Any) -> list[Any]:
        """One statement past every lock."""
        with self.admin.begin() as connection:
            result = connection.exec_driver_sql(statement, values)
            return list(result.all()) if result.returns_rows else []

    def joins(self, by: str, who: str) -> None:
        """Somebody's unit takes part by mandate of law, she has charge, and acknowledges that."""
        self.adds(by, who)
        self.charge(who)
        self.acknowledges(who)

    def charge(self, who: str, case: str = "") -> None:
        """The case is put in somebody's charge, as her unit would."""
        self.run(
            "INSERT INTO assignment (victim_id, case_id, unit_id, user_id, assigned_by)"
            " SELECT victim_id, id, %(u)s, %(w)s, %(w)s FROM trafficking_case WHERE code = %(c)s",
            c=case or self.case,
            u=self.actors[who].unit_id,
            w=self.actors[who].user_id,
        )

    def drafts(self, who: str, doers: Mapping[str, str], **header: Any) -> dict[str, str]:
        """The plan with its goals in her words."""
        made = {"language": "spa", "interpreter": "NO", **header}
        self.plan = self.post(who, "/plans", case=self.case, **made)["code"]
        return {
            doer: self.aim(who, self.plan, domain, GOALS[domain], unit=self.units[doer])
            for domain, doer in doers.items()
        }

    def aim(self, who: str, plan: str, domain: str, words: tuple[str, str, str], **does: str) -> str:
        """A goal of a plan with one activity, due in a month unless told otherwise; returns the activity."""
        wish, goal, description = words
        path = f"/plans/{plan}/objectives"
        objective = self.post(who, path, domain=domain, wish=wish, goal=goal)["code"]
        due = {"due_on": (today() + timedelta(days=30)).isoformat()}
        body = {**due, **does, "description": description}
        return str(self.post(who, f"{path}/{objective}/activities", **body)["code"])

    def ask(self, by: str, to: str, service: str, case: str = "", **body: Any) -> str:
        """A referral that waits for its answer."""
        sent = refer(self.desks[by].client, case or self.case, self.units[to], service_type=service, **body)
        return str(ok(sent, 201)["code"])

    def twice(self) -> tuple[str, str]:
        """The codes of a woman whom the women's emergency centre registered twice."""
        identity = {"given_names": "Sumak", "first_surname": "Qampi", "sex": "MUJER", "age_years": 33}
        first, second = (self.register("CEM", "PRESUNTA_VICTIMA", identity=identity) for _ in range(2))
        return first, second


def staged(world: World, admin: Engine) -> Scene:
    """Everybody, in the middle of the day."""
    scene = Scene(world, tuple(CAST), admin=admin)
    _the_girl(scene)
    _her_services(scene)
    _the_house(scene)
    return scene


def _the_girl(scene: Scene) -> None:
    identity = {
        "given_names": SECRETS["nombre"],
        "first_surname": SECRETS["apellido"],
        "second_surname": "Contreras",
        "sex": "MUJER",
        "nationality": "VE",
        "age_years": 16,
        "documents": [{"type": "CEDULA_EXTRANJERA", "number": SECRETS["documento"]}],
    }
    facts = {"purposes": ["EXPLOTACION_SEXUAL"], "department": "17"}
    scene.about("PNP", "PRESUNTA_VICTIMA", identity=identity, legal=facts)
    scene.secrets["centro"] = scene.units["CAR"]
    branch = communicated(scene)
    heard_once(scene)
    scene.write("UPE", "contact", mobile_phone=SECRETS["teléfono"])
    scene.write("UPE", "protection", risk_level="MODERADO", risk_assessed_on=TODAY)
    taken_in(scene, branch)
    planned(scene, branch)
    scene.charge("Acogida")
    scene.charge("Psicología")
    scene.joins("UPE", "UDAVIT")
    psychology = {
        "diagnosis": SECRETS["diagnóstico"],
        "conclusions": "Conviene un acompañamiento semanal",
        "notes": [{"date": TODAY, "text": SECRETS["nota de sesión"]}],
    }
    scene.write("Psicología", "psychology", **psychology)
    note = {"kind": "SEGUIMIENTO", "about": "plan", "text": SECRETS["nota de la casa"]}
    scene.post("CAR", f"/cases/{scene.case}/notes", **note)


def _her_services(scene: Scene) -> None:
    """Who came in by a referral, on her assent, and who is still asked."""
    assent = {"given_by": "ASENTIMIENTO_NNA", "backed_by": "UPE"}
    for who, service, parts in (
        ("Programa social", "EDUCACION", ["identity", "plan"]),
        ("Salud", "SALUD", ["identity", "health", "plan"]),
        ("Consulado", "ASISTENCIA_CONSULAR", ["identity", "protection"]),
        ("Defensa", "ASISTENCIA_LEGAL", ["identity", "legal"]),
    ):
        consent = scene.consents("UPE", who, *parts, **assent)
        basis = {"legal_basis": "ASENTIMIENTO", "consent": consent, "compartments": parts}
        scene.refers("UPE", who, service, **basis)
    scene.write("Salud", "health", allergies=[SECRETS["alergia"]])
    asked = {"kind": "ACCESO", "channel": "PRESENCIAL", "by_whom": "UPE"}
    scene.post("UPE", "/data-requests", victim=scene.victim, **asked)
    scene.waiting["Salud"] = scene.ask("UPE", "Salud", "SALUD_MENTAL", urgent=True)
    scene.waiting["Programa social"] = scene.ask("UPE", "Programa social", "FORMACION_LABORAL")
    scene.waiting["Consulado"] = scene.ask("UPE", "Consulado", "DOCUMENTACION")
    scene.waiting["Defensa"] = scene.ask("UPE", "Defensa", "ASISTENCIA_SOCIAL")


def _the_house(scene: Scene) -> None:
    """Three others who live in the house, one whom it is asked to take in, and a note half written."""
    for given, surname, doing, days in OTHERS:
        case = _another(scene, given, surname, age_years=19)
        sent = scene.ask("CEM", "CAR", "ALOJAMIENTO", case)
        scene.post("CAR", f"/referrals/{sent}/answer", 200, decision="accept")
        scene.activities[doing] = activity = _followed(scene, case, doing, days)
        scene.charge("Acogida", case)
        if days < 0:
            _late(scene, activity, days)
    asked = _another(scene, "Roxana", "Ticona", age_years=24)
    scene.waiting["Acogida"] = scene.ask("CEM", "CAR", "ALOJAMIENTO", asked, urgent=True)
    scene.ask(
        "CEM", "CAR", "ALOJAMIENTO", _another(scene, "Maruja", "Ccopa", age_years=21)
    )  # nobody answers it
    scene.waiting["Albergue"] = scene.ask("CEM", "Albergue", "ALOJAMIENTO", asked)
    place = drafts.Place(f"nota:{scene.case}", f"/casos/{scene.case}/notas", scene.case)
    with scene.world.session(scene.actors["Acogida"]) as session:
        drafts.save(Act(session, CARE), place, {"text": ["Hoy salió al mercado con"]})


def _another(scene: Scene, given: str, surname: str, **more: Any) -> str:
    """Another woman whom the women's emergency centre registered; returns her case."""
    identity = {"given_names": given, "first_surname": surname, "sex": "MUJER", **more}
    victim = scene.register("CEM", "PRESUNTA_VICTIMA", identity=identity)
    return str(scene.get("CEM", f"/victims/{victim}")["cases"][0]["code"])


def _followed(scene: Scene, case: str, doing: str, days: int) -> str:
    """Her plan, signed and in execution, with one activity of the house."""
    header = {"language": "spa", "interpreter": "NO", "place_of_execution": "LUGAR_DE_ORIGEN"}
    plan, before = scene.post("CAR", "/plans", case=case, **header)["code"], scene.plan
    due = (today() + timedelta(days=max(days, 0))).isoformat()
    words = ("Quiero salir adelante", "Lo acordado con ella", doing)
    activity = scene.aim("CAR", plan, "PROYECTO_VIDA", words, unit=scene.units["CAR"], due_on=due)
    scene.plan = plan
    scene.plan_to("CAR", "EN_CONSULTA")
    scene.signs("CAR", ("PERSONA", "FIRMA"), ("PROFESIONAL", "FIRMA"))
    scene.plan_to("CAR", "EN_EJECUCION")
    scene.plan = before
    return activity


def _late(scene: Scene, activity: str, days: int) -> None:
    """What was due some days ago, as the clocks would have left it."""
    scene.run("UPDATE plan_activity SET due_on = due_on + %(d)s WHERE code = %(c)s", d=days, c=activity)
    late = (
        "UPDATE clock SET due_at = due_at + %(d)s * interval '1 day', state = 'VENCIDO', overdue_at = now()"
    )
    scene.run(f"{late} WHERE subject_code = %(c)s", d=days, c=activity)
