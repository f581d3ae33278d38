"""Persons: `/victims`."""

from datetime import date
from typing import Annotated

from fastapi import Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.api.schemas import Code, Compartments, DocumentIn
from app.catalogues import code_list
from app.edge.deps import (
    CurrentAct,
    CurrentRuntime,
    IdempotencyKey,
    Requires,
    etag,
)
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records import Known, Values, remarks
from app.services.idempotency import once
from app.services.victims.changes import change
from app.services.victims.probing import NOT_DUPLICATE, search
from app.services.victims.queries import access_log, history, read
from app.services.victims.registration import Registration, register
from app.services.victims.views import (
    ChangedView,
    CompartmentVersionView,
    LookView,
    MatchView,
    RecordView,
    RegisteredView,
)
from app.services.views import Listing
from app.states import CaseState

router = Branch(prefix="/victims", tags=["victims"])


class ProbeIn(BaseModel):
    """What is known of somebody's identity: documents, or names with a birth date or both surnames."""

    model_config = ConfigDict(extra="forbid", title="Búsqueda de una persona ya registrada")

    documents: Annotated[list[DocumentIn], Field(title="Documentos", max_length=10)] = []
    given_names: Annotated[str | None, Field(title="Prenombres", max_length=200)] = None
    first_surname: Annotated[str | None, Field(title="Primer apellido", max_length=200)] = None
    second_surname: Annotated[str | None, Field(title="Segundo apellido", max_length=200)] = None
    birth_date: Annotated[date | None, Field(title="Fecha de nacimiento")] = None
    birth_year: Annotated[int | None, Field(title="Año de nacimiento", ge=1900, le=2100)] = None
    birth_place: Annotated[str | None, Field(title="Lugar de nacimiento (UBIGEO)", max_length=6)] = None


class NotDuplicateIn(BaseModel):
    """Why to go on although somebody alike is registered."""

    model_config = ConfigDict(extra="forbid", title="Continuar aunque parezca registrada")

    reason: Annotated[
        str,
        Field(title="Motivo", max_length=40, json_schema_extra={"enum": [*code_list(NOT_DUPLICATE).codes]}),
    ]


class RegistrationIn(BaseModel):
    """A person to register: what is known of her, by compartment."""

    model_config = ConfigDict(extra="forbid", title="Registro de una persona")

    compartments: Annotated[Compartments, Field(title="Datos por compartimento")]
    first_identified_on: Annotated[date, Field(title="Fecha de la primera identificación")]
    state: Annotated[str, Field(title="Estado inicial", max_length=40)] = CaseState.PRESUMED
    not_duplicate: Annotated[
        NotDuplicateIn | None, Field(title="Motivo para continuar aunque parezca registrada")
    ] = None


@router.post(
    "/search",
    dependencies=[Requires(Permission.VICTIMS_REGISTER)],
    summary="Buscar a una persona ya registrada",
)
def look_up(body: ProbeIn, act: CurrentAct, runtime: CurrentRuntime) -> Answer[Listing[MatchView]]:
    """Says whether she is registered: in one's own scope who she is, masked; else only which unit to ask."""
    identity = body.model_dump(mode="json", exclude_none=True)
    limit = runtime.settings.probe_limit_per_hour
    return listing(search(act, identity, limit_per_hour=limit))


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_REGISTER)],
    summary="Registrar una persona",
    responses={409: {"description": "Posiblemente ya registrada"}, **located()},
)
def create(
    body: RegistrationIn,
    act: CurrentAct,
    key: IdempotencyKey,
    runtime: CurrentRuntime,
) -> Answer[RegisteredView]:
    """Registers a person with her first case; the caller's unit takes part in it.

    If she seems to be registered the answer is 409 with whom to ask; registering her all the same takes
    `not_duplicate` with a reason.
    """
    reason = body.not_duplicate.reason if body.not_duplicate else None
    payload = [body.compartments, str(body.first_identified_on), body.state, reason]
    wanted = Registration(body.compartments, body.first_identified_on, state=body.state)
    limit = runtime.settings.probe_limit_per_hour
    first = once(
        act,
        key,
        "victims.register",
        payload,
        lambda: register(act, wanted, not_duplicate=reason, probe_limit=limit).code,
    )
    known = Known.of(body.compartments.get("identity", {}), body.first_identified_on)
    answer: RegisteredView = {"code": first, "warnings": remarks(body.compartments, known)}
    return Answer(answer, status_code=201, headers={"Location": f"/api/v1/victims/{first}"})


@router.get(
    "/{code}", dependencies=[Requires(Permission.VICTIMS_READ)], summary="Leer el registro de una persona"
)
def detail(
    code: Code,
    act: CurrentAct,
    purpose: Annotated[str, Query(title="Finalidad", pattern="^[a-z-]{3,40}$")] = "atencion",
) -> Answer[RecordView]:
    """The record as the caller may see it; `_access` tells the level of each compartment."""
    return Answer(read(act.for_purpose(purpose), code))


@router.patch(
    "/{code}/{compartment}",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Cambiar un compartimento",
    responses={
        409: {"description": "Un documento agregado ya es de otra persona, o el registro cambió"},
        **tagged(),
    },
)
def patch(
    *,
    code: Code,
    compartment: Annotated[str, Path(title="Parte del registro", max_length=40)],
    body: Annotated[Values, Body(title="Campos que cambian; null los borra")],
    act: CurrentAct,
    version: ExpectedVersion,
    runtime: CurrentRuntime,
    not_duplicate: Annotated[
        str | None, Query(title="Motivo para continuar aunque el documento ya sea de otra", max_length=40)
    ] = None,
) -> Answer[ChangedView]:
    """Merges the fields sent (null removes one) into a compartment, as its next version."""
    limit = runtime.settings.probe_limit_per_hour
    done = change(act, code, compartment, version, body, not_duplicate=not_duplicate, probe_limit=limit)
    return Answer({"version": done.version, "warnings": done.warnings}, headers=etag(done.version))


@router.get(
    "/{code}/history",
    dependencies=[Requires(Permission.VICTIMS_READ)],
    summary="Versiones de un compartimento",
)
def versions(
    code: Code,
    act: CurrentAct,
    compartment: Annotated[str, Query(title="Compartimento", max_length=40)],
) -> Answer[Listing[CompartmentVersionView]]:
    """Every version of one compartment, newest first, at the caller's level of it."""
    return listing(history(act, code, compartment))


@router.get(
    "/{code}/access-log",
    dependencies=[Requires(Permission.VICTIMS_ACCESS_LOG)],
    summary="Quién miró los datos de esta persona",
)
def looks(
    code: Code,
    act: CurrentAct,
    before: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
) -> Answer[Listing[LookView]]:
    """Who looked at this person's data, when, from where and why, in plain Spanish."""
    return Answer(access_log(act, code, before=before))
