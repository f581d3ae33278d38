"""The story: one person, one record, and what each institution does and sees of it. All of it over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from app.records import Values
from app.records.kinds import today
from stories.demo import script
from stories.demo.cast import unit_of
from stories.demo.seats import Seat
from stories.desk import Json, StoryBroken

_GONE: Final = 404
Tell = Callable[[str], None]

_SPEAKING: Final = (
    "police_investigator",
    "prosecutor",
    "udavit_officer",
    "shelter_caseworker",
    "health_officer",
    "cem_officer",
    "analyst",
    "data_protection_officer",
)


@dataclass(frozen=True, slots=True)
class View:
    """What one role was answered when it asked for the person: a status, and her record or a refusal."""

    title: str
    role: str
    status: int
    record: Json
    plan: Json | None = None


@dataclass(slots=True)
class Told:
    """The story as it happened."""

    person: str = ""
    case: str = ""
    plan: str = ""
    steps: list[tuple[str, str]] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    access_log: list[Json] = field(default_factory=list)
    paper: bytes = b""


def tell_story(address: str, passwords: Mapping[str, str], tell: Tell) -> Told:
    """Live the story against the register served at `address`.

    Raises:
        StoryBroken: the register did not answer as it must.
    """
    with ExitStack() as stack:
        desks = {role: stack.enter_context(Seat(address, role, passwords[role])) for role in _SPEAKING}
        return _Story(desks, tell).live()


class _Story:
    def __init__(self, desks: Mapping[str, Seat], tell: Tell) -> None:
        self._desks = desks
        self._tell = tell
        self.told = Told()
        self._consents: dict[str, str] = {}
        self.police = desks["police_investigator"]
        self.prosecutor = desks["prosecutor"]
        self.udavit = desks["udavit_officer"]
        self.shelter = desks["shelter_caseworker"]
        self.health = desks["health_officer"]

    def live(self) -> Told:
        self._register()
        self._investigate()
        self._protect()
        self._shelter()
        self._plan()
        self._care()
        self._look()
        self._withdraw()
        return self.told

    def _note(self, desk: Seat, text: str) -> None:
        self.told.steps.append((desk.label, text))
        self._tell(f"{desk.label}: {text}")

    def _move(self, target: str) -> None:
        """UDAVIT moves the case."""
        self.udavit.moves(f"/cases/{self.told.case}", target)

    def _write(self, desk: Seat, compartment: str, fields: Mapping[str, object]) -> None:
        desk.writes(self.told.person, compartment, fields)

    def _register(self) -> None:
        number = secrets.randbelow(1_000_000) + script.FIRST_NUMBER
        known = script.identity(number)
        while self.police.send("/victims/search", script.looked_up(known))["items"]:
            number += 1
            known = script.identity(number)
        self._note(self.police, "busca a la persona por su documento y su nombre: nadie así está registrada.")
        body = {
            "compartments": {"identity": known, "legal": script.FACTS},
            "first_identified_on": today().isoformat(),
        }
        self.told.person = self.police.send("/victims", body)["code"]
        self.told.case = self.police.read(f"/victims/{self.told.person}")["cases"][0]["code"]
        self._note(self.police, f"registra a la persona {self.told.person}, caso {self.told.case}.")
        self._recognise(known)
        for role, (basis, reason) in script.MANDATES.items():
            added = {"unit": unit_of(role).code, "basis": basis, "reason": reason}
            self.police.send(f"/cases/{self.told.case}/participations", added)
        self._note(self.police, "incorpora por mandato legal a la fiscalía y a la UDAVIT.")

    def _recognise(self, known: Values) -> None:
        body = {
            "compartments": {"identity": script.as_heard_elsewhere(known)},
            "first_identified_on": today().isoformat(),
        }
        (known_to,) = self._desks["cem_officer"].refused("/victims", body, 409)["duplicates"]
        if known_to.keys() != {"unit"}:
            raise StoryBroken("POST /victims: dice más que la unidad a la que pedir acceso")
        self._note(
            self._desks["cem_officer"],
            "la registra también, sin documento y con los apellidos al revés: el registro la reconoce y solo"
            f" dice a qué unidad pedir acceso ({known_to['unit']}).",
        )

    def _investigate(self) -> None:
        self._write(self.prosecutor, "legal", script.PROCEEDINGS)
        self._write(self.prosecutor, "testimony", script.testimony(today()))
        version = self.prosecutor.read(f"/cases/{self.told.case}")["version"]
        body = {"identification": "IDENTIFICADA_MPFN"}
        self.prosecutor.send(f"/cases/{self.told.case}/identification", body, version)
        self._note(self.prosecutor, "lee su parte, anota la carpeta fiscal y la identifica como víctima.")
        added = {"unit": self.udavit.unit, "basis": "UDAVIT_ASISTENCIA", "reason": script.ASSISTANCE}
        self.prosecutor.send(f"/cases/{self.told.case}/participations", added)
        self._note(self.prosecutor, "dispone que la UDAVIT la asista: desde ahora organiza también su salud.")

    def _protect(self) -> None:
        self._write(self.udavit, "contact", script.CONTACT)
        self._write(self.udavit, "protection", script.PROTECTION)
        self._move("EN_ASISTENCIA_INMEDIATA")
        self._note(self.udavit, "acuerda cómo contactarla y las medidas de protección; asistencia inmediata.")

    def _refer(self, sender: Seat, receiver: Seat, wanted: Mapping[str, object]) -> None:
        body = dict(wanted)
        if wanted["legal_basis"] == "CONSENTIMIENTO":
            body["consent"] = self._consent(sender, receiver, wanted["compartments"])
        sender.refers(self.told.case, receiver, body)

    def _consent(self, sender: Seat, receiver: Seat, compartments: object) -> str:
        """She allows the sender to share this with the receiver; returns the code of her consent."""
        allowed = {**script.CONSENT, "compartments": compartments}
        code = sender.consents(self.told.case, receiver.unit, allowed)
        self._consents[receiver.role] = code
        self._note(sender, f"registra que ella consiente compartir sus datos con quien la atenderá ({code}).")
        return code

    def _shelter(self) -> None:
        self._see("before", "Albergue, antes", self.shelter)
        self._refer(self.police, self.shelter, script.SHELTER_REFERRAL)
        self._note(self.police, "la deriva al albergue con urgencia; el albergue acepta.")
        self._see("accepted", "Albergue, al aceptar", self.shelter)
        placement = self.shelter.send("/placements", {"case": self.told.case})["code"]
        self._note(self.shelter, f"la recibe (alojamiento {placement}): desde ahora la ve como residente.")
        self._refer(self.udavit, self.shelter, script.CARE_REFERRAL)
        self._note(self.udavit, "le encarga además el plan de reintegración; el albergue acepta.")
        self._move("EN_ATENCION_ESPECIALIZADA")

    def _plan(self) -> None:
        body = {"case": self.told.case, **script.PLAN}
        plan = self.told.plan = self.shelter.send("/plans", body)["code"]
        due = (today() + timedelta(days=60)).isoformat()
        for objective, activity, role in script.OBJECTIVES:
            self.shelter.plans(plan, objective, {"unit": unit_of(role).code, "due_on": due, **activity})
        self._note(self.shelter, f"elabora con ella el plan {plan}: objetivos en sus palabras.")
        assessed = {**script.ASSESSMENT, "assessed_on": today().isoformat()}
        self.shelter.send(f"/plans/{plan}/assessments", assessed)
        self._note(self.shelter, "valora con ella su salud, para ver después cuánto avanzó.")
        self._move_plan("EN_CONSULTA")
        self.shelter.signs(plan, "PERSONA", "HUELLA", witness=script.WITNESS)
        signed = self.shelter.signs(plan, "PROFESIONAL", "FIRMA")
        self._note(self.shelter, f"firman la persona y la profesional: versión {signed['number']}, suscrito.")
        self._move_plan("EN_EJECUCION")
        own = next(a for a in self._activities(self.shelter) if a["unit"]["code"] == self.shelter.unit)
        self._advance(self.shelter, own, "EN_CURSO", script.SHELTER_NOTE)
        self._note(self.shelter, "comienza la ejecución y anota el primer avance.")

    def _move_plan(self, target: str) -> None:
        self.shelter.moves(f"/plans/{self.told.plan}", target)

    def _activities(self, desk: Seat) -> list[Json]:
        found: list[Json] = desk.read(f"/plans/{self.told.plan}")["activities"]
        return found

    def _advance(self, desk: Seat, activity: Json, state: str, note: str) -> None:
        path = f"/plans/{self.told.plan}/activities/{activity['code']}"
        desk.change(path, {"state": state, "note": note}, activity["version"])

    def _care(self) -> None:
        self._refer(self.shelter, self.health, script.HEALTH_REFERRAL)
        self._note(self.shelter, "la deriva al centro de salud, con lo que este necesita saber.")
        self._write(self.health, "health", script.HEALTH)
        (own,) = self._activities(self.health)
        self._advance(self.health, own, "LOGRADO", script.HEALTH_NOTE)
        self._note(self.health, "ve del plan solo su actividad, la cumple y lo anota.")
        self._move("EN_REINTEGRACION")
        self._note(self.udavit, "pasa el caso a reintegración.")

    def _look(self) -> None:
        """Everybody asks for the same person."""
        titles = {
            "police_investigator": "Policía",
            "prosecutor": "Fiscalía",
            "udavit_officer": "UDAVIT",
            "shelter_caseworker": "Albergue, alojada",
            "health_officer": "Salud",
            "cem_officer": "CEM, sin el caso",
            "analyst": "Análisis",
            "data_protection_officer": "Datos personales",
        }
        for role, title in titles.items():
            self._see(role, title, self._desks[role])
        analyst, stranger = self._desks["analyst"], self._desks["cem_officer"]
        refused = self.told.views["analyst"].status, self.told.views["cem_officer"].status
        self._note(analyst, f"pide a la persona por su código: {refused[0]}, no lee personas.")
        self._note(stranger, f"pide a la persona sin participar en su caso: {refused[1]}, no existe para él.")
        officer = self._desks["data_protection_officer"]
        self.told.access_log = officer.read(f"/victims/{self.told.person}/access-log")["items"]
        self._note(officer, f"consulta quién miró: {len(self.told.access_log)} accesos registrados.")

    def _withdraw(self) -> None:
        """The plan on paper; and what she allowed, she may forbid: who was given it sees nothing more."""
        self.told.paper = self.shelter.file(f"/plans/{self.told.plan}.pdf?version=1")
        self._note(self.shelter, "imprime el plan firmado, por código y con la huella que lo comprueba.")
        path = f"/consents/{self._consents[self.health.role]}/withdrawal"
        self.shelter.send(path, {"by_whom": "PERSONA"})
        self._see("withdrawn", "Salud, retirado el consentimiento", self.health)
        seen = self.told.views["withdrawn"].status
        if seen != _GONE:
            raise StoryBroken(f"GET /victims: {seen} a quien ya no participa")
        self._note(self.health, f"ella retira su consentimiento: {seen}, desde ahora no existe para salud.")

    def _see(self, key: str, title: str, desk: Seat) -> None:
        reply = desk.ask(f"/victims/{self.told.person}")
        plan = desk.ask(f"/plans/{self.told.plan}") if self.told.plan else None
        seen = plan.body if plan and plan.status == 200 else None  # noqa: PLR2004 - OK
        self.told.views[key] = View(title, desk.role, reply.status, reply.body, seen)
