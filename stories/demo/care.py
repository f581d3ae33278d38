"""Bring part of the synthetic people into care, through the same services as everybody else.

How many go how far stands for nothing: it only gives the indicators something to count. Steps are taken for
many cases at a time, one transaction an actor, in the order in which they happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from app.access.act import CARE, Act
from app.access.actor import SETUP
from app.db import Database
from app.records.kinds import today
from app.records.rows.plans import Activity, Objective
from app.records.rows.proceedings import ProtectionMeasure
from app.records.rows.shelters import Suitability
from app.services.cases.rules import presumed_child
from app.services.cases.service import Move, move
from app.services.commands.deciding import approve
from app.services.commands.requesting import request_closing
from app.services.participations import mandates
from app.services.participations.teams import add_participation
from app.services.plans import moving, signing
from app.services.plans import service as plans
from app.services.plans.closing import Move as PlanMove
from app.services.plans.content import find
from app.services.plans.header import header
from app.services.plans.progress import Step as Progress
from app.services.plans.progress import progress as advance_activity
from app.services.proceedings.measures import record_measure
from app.services.referrals.sending import Wanted, send
from app.services.referrals.service import Step, answer
from app.services.shelters.service import admit, leave
from app.services.shelters.suitability import check
from app.services.victims.changes import change
from stories.demo import cast
from stories.demo.cast import Office
from stories.demo.people import Synthetic, contact, grandmother
from stories.demo.stored import Stored

ASSISTED = 0.20
SHELTERED = 0.09
PLANNED = 0.045
BACK_HOME = 0.025
"""Parts of all people whose care goes at least so far."""

_CHUNK = 40
_DUE = timedelta(days=60)
_ACHIEVED = Progress("LOGRADO", "Se cumplió lo acordado.")
_GOALS = (
    ("SALUD_FISICA", "Quiero sentirme bien y que me revisen", "Control de salud completo"),
    ("PROYECTO_VIDA", "Quiero decidir yo qué hago después", "Proyecto de vida conversado y escrito"),
)


@dataclass(slots=True)
class Kept:
    """A synthetic person and her case as stored; the codes of what follows are added on the way."""

    person: Synthetic
    case: Stored
    referral: str = ""
    placement: str = ""
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Offices:
    """Who registers a person, who is responsible for her, and who takes her in."""

    registrar: Office
    responsible: Office
    shelter: Office


def care(database: Database, kept: Sequence[Kept], progress: Callable[[str, int, int], None]) -> int:
    """Take everybody whose turn it is as far as she goes; returns how many there were."""
    chosen = sorted((k for k in kept if k.person.fate < ASSISTED), key=lambda k: repr(_offices(k)))
    done = 0
    for offices, group in groupby(chosen, key=_offices):
        for chunk in _chunks(list(group)):
            _take(database, offices, chunk)
            done += len(chunk)
            progress("atención", done, len(chosen))
    return done


def _offices(kept: Kept) -> Offices:
    person = kept.person
    return Offices(cast.registrar(person), cast.responsible(person), cast.shelter(person))


def _chunks(group: Sequence[Kept]) -> Iterator[Sequence[Kept]]:
    for start in range(0, len(group), _CHUNK):
        yield group[start : start + _CHUNK]


def _take(database: Database, offices: Offices, group: Sequence[Kept]) -> None:
    """Every step in turn, each for those who go so far."""

    def bring_in(act: Act, kept: Kept) -> None:
        basis = "UPE_DESPROTECCION" if kept.person.child else "CEM_AVISO"
        wanted = mandates.Wanted(offices.responsible.code, basis, "Le corresponde su atención.")
        add_participation(act, kept.case.case, wanted)

    def refer(act: Act, kept: Kept) -> None:
        wanted = Wanted(offices.shelter.code, "ALOJAMIENTO", "MANDATO_LEGAL")
        kept.referral = send(act, kept.case.case, wanted)

    steps = (
        (offices.registrar, ASSISTED, bring_in),
        (offices.responsible, ASSISTED, _assist),
        (offices.responsible, SHELTERED, refer),
        (offices.shelter, SHELTERED, _take_in),
        (offices.responsible, PLANNED, _plan),
        (offices.responsible, BACK_HOME, _resolve),
        (offices.shelter, BACK_HOME, _leave),
        (offices.responsible, BACK_HOME, _go_home),
        (offices.shelter, BACK_HOME, _agree),
    )
    for office, part, step in steps:
        chosen = [kept for kept in group if kept.person.fate < part]
        if not chosen:
            continue
        with database.session(SETUP) as session:
            actor = cast.clerk(session, office)
        with database.session(actor) as session:
            for kept in chosen:
                step(Act(session, CARE), kept)


def _move(act: Act, kept: Kept, version: int, *targets: str, outcome: str | None = None) -> None:
    for step, target in enumerate(targets):
        ends = outcome if target == "CERRADO" else None
        move(act, kept.case.case, version + step, Move(target, outcome=ends))


def _assist(act: Act, kept: Kept) -> None:
    change(act, kept.case.person, "contact", 0, contact(kept.person.number))
    _move(act, kept, 1, "EN_ASISTENCIA_INMEDIATA")


def _take_in(act: Act, kept: Kept) -> None:
    answer(act, kept.referral, Step("ACEPTADA"))
    kept.placement = admit(act, kept.case.case)


def _plan(act: Act, kept: Kept) -> None:
    _move(act, kept, 2, "EN_ATENCION_ESPECIALIZADA")
    child = presumed_child((None, kept.person.age), kept.person.identified_on, today())
    resolution = {"pti_number": f"RES-SINTETICA-{kept.person.number}", "pti_on": today()} if child else {}
    heading = header({"place_of_execution": "LUGAR_DE_ORIGEN", **resolution})
    plan = plans.draft(act, kept.case.case, heading)
    activities = [_goal(act, plan, kept, *goal) for goal in _GOALS]
    _advance(act, plan, "EN_CONSULTA")
    signing.sign(act, plan, signing.Given("PERSONA", "OPINION_RECOGIDA" if child else "FIRMA"))
    signing.sign(act, plan, signing.Given("PROFESIONAL", "FIRMA"))
    _advance(act, plan, "EN_EJECUCION")
    for activity in activities:
        advance_activity(act, plan, activity, 1, _ACHIEVED)


def _goal(act: Act, plan: str, kept: Kept, domain: str, wish: str, goal: str) -> str:
    objective = plans.add_objective(act, plan, Objective(domain=domain, wish=wish, goal=goal))
    unit = cast.responsible(kept.person).code
    activity = Activity(unit=unit, due_on=today() + _DUE, description=goal)
    return plans.add_activity(act, plan, objective, activity)


def _advance(act: Act, plan: str, target: str) -> None:
    version: int = find(act, plan).row.version
    moving.move(act, plan, version, PlanMove(target))


def _outcome(person: Synthetic) -> str:
    return "FAMILIA_SUSTITUTA" if person.child and person.number % 3 == 0 else "REINTEGRACION_FAMILIAR"


def _resolve(act: Act, kept: Kept) -> None:
    """The UPE decides on the family a child goes to; without it she does not leave."""
    if kept.person.child:
        foster = _outcome(kept.person) == "FAMILIA_SUSTITUTA"
        kind = "ACOGIMIENTO_FAMILIAR" if foster else "CUIDADO_FAMILIAR"
        resolution = f"RES-SINTETICA-{kept.person.number}"
        record_measure(act, kept.case.case, ProtectionMeasure(type=kind, resolution=resolution))


def _leave(act: Act, kept: Kept) -> None:
    fit = Suitability(
        result="IDONEA",
        relation="ABUELA_O_ABUELO",
        suspected="NO",
        checked_on=today(),
        name=grandmother(kept.person.number),
    )
    check(act, kept.placement, fit)
    leave(act, kept.placement, 1, _outcome(kept.person))


def _go_home(act: Act, kept: Kept) -> None:
    ends = _outcome(kept.person)
    _move(act, kept, 3, "EN_REINTEGRACION", "EN_SEGUIMIENTO")
    if kept.person.child:
        kept.closing = request_closing(act, kept.case.case, 5, ends).code
    else:
        _move(act, kept, 5, "CERRADO", outcome=ends)


def _agree(act: Act, kept: Kept) -> None:
    """The second person that closing a child's case takes."""
    if kept.closing:
        approve(act, kept.closing, 1)
