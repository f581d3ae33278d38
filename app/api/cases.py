"""Cases: `/cases`, with their moves, the units that take part and the people who have charge of them."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, create_model

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.api.commands import accepted
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.kinds import Text
from app.services.cases import queries, service
from app.services.cases.codes import IDENTIFICATION, REENTRIES, RETRAFFICKING, STATES
from app.services.cases.views import (
    AssignedView,
    AssignmentView,
    CaseListedView,
    CaseMovedView,
    CaseView,
    IdentifiedView,
    JoinedView,
    PartEndedView,
    ParticipationView,
)
from app.services.commands.requesting import request_closing, request_discard, takes_two
from app.services.commands.views import CommandAskedView
from app.services.idempotency import once, remember, replayed
from app.services.paging import PAGE
from app.services.participations import teams
from app.services.participations.mandates import Wanted
from app.services.views import Coded, Listing
from app.states import CaseState

router = Branch(prefix="/cases", tags=["cases"])

CodeWord = Annotated[str, Field(min_length=1, max_length=60, pattern="^[A-Za-z0-9_]+$")]
UnitCode = Annotated[str, Field(title="Código de la unidad", min_length=1, max_length=80)]


class CaseFilters(BaseModel):
    """What a list of cases may be narrowed by. A field the role does not see is refused, by name."""

    model_config = ConfigDict(extra="forbid", title="Filtros")

    state: Annotated[str | None, Field(title="Estado", max_length=60)] = None
    identification: Annotated[str | None, Field(title="Identificación", max_length=60)] = None
    cursor: Annotated[str | None, Field(title="Cursor de la página anterior", max_length=200)] = None
    limit: Annotated[int, Field(title="Filas por página", ge=1, le=200)] = PAGE


def _face_filters() -> dict[str, tuple[object, None]]:
    """One optional parameter a coded field of the statistical face, from the field catalogue."""
    return {
        name: (Annotated[str | None, Field(title=field.label, max_length=60)], None)
        for name, field in queries.FACE_FILTERS.items()
    }


if TYPE_CHECKING:
    AllFilters = CaseFilters
else:
    AllFilters = create_model("AllFilters", __base__=CaseFilters, **_face_filters())


class ReentryIn(BaseModel):
    """A new case of a person whose earlier cases ended."""

    model_config = ConfigDict(extra="forbid", title="Reingreso")

    victim: Annotated[str, Field(title="Código de la persona", max_length=40)]
    first_identified_on: Annotated[date, Field(title="Fecha de identificación")]
    state: Annotated[CodeWord, Field(title="Estado inicial")] = CaseState.PRESUMED
    source: Annotated[CodeWord, Field(title="Cómo vuelve", examples=list(REENTRIES))] = "REINGRESO"
    reason: Annotated[
        CodeWord | None, Field(title="Por quién, si es retrata (código)", examples=list(RETRAFFICKING))
    ] = None


class TransitionIn(BaseModel):
    """A move of the case's state machine."""

    model_config = ConfigDict(extra="forbid", title="Cambio de estado del caso")

    to: Annotated[CodeWord, Field(title="Estado al que pasa", examples=list(STATES))]
    reason: Annotated[CodeWord | None, Field(title="Motivo (código)")] = None
    outcome: Annotated[CodeWord | None, Field(title="Resultado, al cerrar (código)")] = None
    note: Annotated[Text | None, Field(title="Nota; se guarda cifrada")] = None


class IdentificationIn(BaseModel):
    """The identification status, apart from the state."""

    model_config = ConfigDict(extra="forbid", title="Identificación")

    identification: Annotated[CodeWord, Field(title="Identificación", examples=list(IDENTIFICATION))]


class ParticipationIn(BaseModel):
    """Another unit, brought in by legal mandate."""

    model_config = ConfigDict(extra="forbid", title="Incorporar una unidad por mandato legal")

    unit: UnitCode
    basis: Annotated[
        str, Field(title="Base legal", min_length=1, max_length=40, examples=["FISCALIA_DENUNCIA"])
    ]
    reason: Annotated[Text, Field(title="Motivo", examples=["La fiscalía de turno dirige la investigación."])]
    compartments: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(title="Compartimentos que recibe, de los que la base abre", max_length=12),
    ] = None
    consent: Annotated[str | None, Field(title="Consentimiento en que se apoya (código)", max_length=40)] = (
        None
    )
    measure: Annotated[
        str | None, Field(title="Medida de protección en que se apoya (código)", max_length=40)
    ] = None


class AssignmentIn(BaseModel):
    """A colleague of the own unit."""

    model_config = ConfigDict(extra="forbid", title="Persona de la propia unidad")

    username: Annotated[str, Field(title="Nombre de usuario", min_length=1, max_length=80)]


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Casos a cargo")
def work_list(act: CurrentAct, wanted: Annotated[AllFilters, Query()]) -> Answer[Listing[CaseListedView]]:
    """Cases in the caller's scope, latest activity first; `next` is the cursor of the next page."""
    filters = wanted.model_dump(exclude={"cursor", "limit"}, exclude_none=True)
    return Answer(queries.work_list(act, filters=filters, cursor=wanted.cursor, limit=wanted.limit))


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_REGISTER)],
    summary="Abrir un reingreso",
    responses=located(),
)
def reopen(body: ReentryIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Opens a new case under the same person's code; her earlier cases must have ended."""
    payload = body.model_dump(mode="json")
    code = once(
        act,
        key,
        "cases.open",
        payload,
        lambda: service.reopen(
            act,
            body.victim,
            body.first_identified_on,
            entry=service.Entry(body.state, body.source, body.reason),
        ),
    )
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/cases/{code}"})


@router.get(
    "/{code}", dependencies=[Requires(Permission.CASES_READ)], summary="Leer un caso", responses=tagged()
)
def detail(code: Code, act: CurrentAct) -> Answer[CaseView]:
    """The case as the caller may see it; `_access` tells the level of each compartment."""
    found = queries.read(act, code)
    return Answer(found, headers=etag(found["version"]))


@router.post(
    "/{code}/transitions",
    dependencies=[Requires(Permission.CASES_TRANSITION)],
    summary="Cambiar el estado de un caso",
    responses={
        202: {
            "model": CommandAskedView,
            **located(202, "Un descarte, o un cierre de dos personas: se pidió y espera a la segunda")[202],
        },
        **tagged(),
    },
)
def transition(
    code: Code,
    body: TransitionIn,
    act: CurrentAct,
    version: ExpectedVersion,
    key: IdempotencyKey,
) -> Answer[CaseMovedView]:
    """Moves the case; a refusal says what is missing and which states are possible.

    Discarding, closing a child's case, and closing any as not found take two people: it is asked for here and
    done when a person of another unit approves.
    """
    if takes_two(act, code, body.to, body.outcome):
        return _ask(code, body, act, version, key)
    wanted = service.Move(body.to, body.reason, body.outcome, body.note)
    moved = service.move(act, code, version, wanted)
    return Answer(moved, headers=etag(moved["version"]))


def _ask(code: str, body: TransitionIn, act: CurrentAct, version: int, key: str | None) -> Answer[Any]:
    """Answered with 202, which the route documents beside its 200."""
    payload = {"case": code, **body.model_dump(mode="json")}
    discards = body.to == CaseState.DISCARDED
    operation = "cases.discard" if discards else "cases.close"
    command = replayed(act, key, operation, payload)
    if command is None:
        at = (act, code, version)
        if discards:
            command = request_discard(*at, body.reason, outcome=body.outcome, note=body.note).code
        else:
            command = request_closing(*at, body.outcome, reason=body.reason, note=body.note).code
        remember(act, key, operation, payload, command)
    return accepted(command)


@router.post(
    "/{code}/identification",
    dependencies=[Requires(Permission.CASES_IDENTIFY)],
    summary="Cambiar la identificación",
    responses=tagged(),
)
def identification(
    code: Code, body: IdentificationIn, act: CurrentAct, version: ExpectedVersion
) -> Answer[IdentifiedView]:
    """Sets the identification status; services neither open nor close with it."""
    changed = service.identify(act, code, version, body.identification)
    return Answer(changed, headers=etag(changed["version"]))


@router.get(
    "/{code}/participations",
    dependencies=[Requires(Permission.CASES_READ)],
    summary="Unidades que participan",
)
def participations(code: Code, act: CurrentAct) -> Answer[Listing[ParticipationView]]:
    """Units that take or took part in the case, on what basis, and until when."""
    return listing(teams.participations(act, code, reasons=True))


@router.post(
    "/{code}/participations",
    status_code=201,
    dependencies=[Requires(Permission.PARTICIPATIONS_ADD)],
    summary="Incorporar una unidad por mandato legal",
)
def add_participation(code: Code, body: ParticipationIn, act: CurrentAct) -> Answer[JoinedView]:
    """Brings another unit into the case on a basis of the list of mandates, which says what it opens.

    Repeating it is a 409, so nothing is doubled; so is what the person refused to share with that unit.
    """
    teams.add_participation(act, code, Wanted(**body.model_dump()))
    return Answer({"unit": body.unit}, status_code=201)


@router.post(
    "/{code}/participations/end",
    dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)],
    summary="Dejar de participar",
)
def end_participation(code: Code, act: CurrentAct) -> Answer[PartEndedView]:
    """Ends the own unit's part in the case, and with it its view."""
    teams.end_participation(act, code)
    return Answer({"ended": True})


@router.get("/{code}/assignments", dependencies=[Requires(Permission.CASES_READ)], summary="Personas a cargo")
def assignments(code: Code, act: CurrentAct) -> Answer[Listing[AssignmentView]]:
    """People of the caller's unit who have charge of the case."""
    return listing(teams.assignments(act, code))


@router.post(
    "/{code}/assignments",
    status_code=201,
    dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)],
    summary="Asignar el caso",
)
def assign(code: Code, body: AssignmentIn, act: CurrentAct) -> Answer[AssignedView]:
    """Gives a colleague charge of the case; repeating it is a 409, so nothing is doubled."""
    teams.assign(act, code, body.username)
    return Answer({"assigned": True}, status_code=201)


@router.post(
    "/{code}/assignments/end",
    dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)],
    summary="Retirar una asignación",
)
def end_assignment(code: Code, body: AssignmentIn, act: CurrentAct) -> Answer[PartEndedView]:
    """Takes a colleague, or oneself, off the case."""
    teams.end_assignment(act, code, body.username)
    return Answer({"ended": True})
