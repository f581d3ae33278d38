"""Persons: `/victims`."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.deps import (
    CurrentActor,
    CurrentRuntime,
    DbSession,
    ExpectedVersion,
    IdempotencyKey,
    Requires,
    etag,
)
from app.api.schemas import Code, Compartments, DocumentIn
from app.services.idempotency import remember, replayed
from app.services.victims.changes import change
from app.services.victims.probing import probe
from app.services.victims.queries import access_log, history, read
from app.services.victims.registration import Registration, register

router = APIRouter(prefix="/victims", tags=["personas"])


class ProbeIn(BaseModel):
    """Documents to look up exactly."""

    model_config = ConfigDict(extra="forbid", title="Búsqueda exacta por documento")

    documents: Annotated[list[DocumentIn], Field(title="Documentos", min_length=1, max_length=10)]


class RegistrationIn(BaseModel):
    """A person to register: what is known of her, by compartment."""

    model_config = ConfigDict(extra="forbid", title="Registro de una persona")

    compartments: Annotated[Compartments, Field(title="Datos por compartimento")]
    first_identified_on: Annotated[date, Field(title="Fecha de la primera identificación")]
    state: Annotated[str, Field(title="Estado inicial", max_length=40)] = "PRESUNTA_VICTIMA"


@router.post(
    "/search", dependencies=[Requires(Permission.VICTIMS_REGISTER)], summary="Buscar por documento exacto"
)
def search(body: ProbeIn, session: DbSession, actor: CurrentActor, runtime: CurrentRuntime) -> Answer:
    """Says whether a document is registered, and which unit to ask; the code only in one's own scope."""
    documents = [document.model_dump() for document in body.documents]
    hits = probe(session, actor, documents, limit_per_hour=runtime.settings.probe_limit_per_hour)
    return Answer({"matches": [{"code": hit.code, "unit": hit.unit} for hit in hits]})


@router.post(
    "",
    status_code=201,
    dependencies=[Requires(Permission.VICTIMS_REGISTER)],
    summary="Registrar una persona",
    responses={409: {"description": "Posiblemente ya registrada"}},
)
def create(
    body: RegistrationIn,
    session: DbSession,
    actor: CurrentActor,
    key: IdempotencyKey,
    runtime: CurrentRuntime,
) -> Answer:
    """Registers a person with her first case; the caller's unit takes part in it."""
    payload = [body.compartments, str(body.first_identified_on), body.state]
    first = replayed(session, actor, key, "victims.register", payload)
    if first is None:
        registered = register(
            session,
            actor,
            Registration(body.compartments, body.first_identified_on, state=body.state),
            probe_limit=runtime.settings.probe_limit_per_hour,
        )
        first = registered.code
        remember(session, actor, key, "victims.register", payload, first)
    return Answer({"code": first}, status_code=201, headers={"Location": f"/api/v1/victims/{first}"})


@router.get(
    "/{code}", dependencies=[Requires(Permission.VICTIMS_READ)], summary="Leer el registro de una persona"
)
def detail(
    code: Code,
    session: DbSession,
    actor: CurrentActor,
    purpose: Annotated[str, Query(title="Finalidad", pattern="^[a-z-]{3,40}$")] = "atencion",
) -> Answer:
    """The record as the caller may see it; `_access` tells the level of each compartment."""
    return Answer(read(session, actor, code, purpose=purpose))


@router.patch(
    "/{code}/{compartment}",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Cambiar un compartimento",
)
def patch(
    code: Code,
    compartment: Annotated[str, Field(max_length=40)],
    body: Annotated[dict[str, Any], Body(title="Campos que cambian; null los borra")],
    session: DbSession,
    actor: CurrentActor,
    version: ExpectedVersion,
    runtime: CurrentRuntime,
) -> Answer:
    """Merges the fields sent (null removes one) into a compartment, as its next version."""
    limit = runtime.settings.probe_limit_per_hour
    new = change(session, actor, code, compartment, version, body, probe_limit=limit)
    return Answer({"version": new}, headers=etag(new))


@router.get(
    "/{code}/history",
    dependencies=[Requires(Permission.VICTIMS_READ)],
    summary="Versiones de un compartimento",
)
def versions(
    code: Code,
    session: DbSession,
    actor: CurrentActor,
    compartment: Annotated[str, Query(title="Compartimento", max_length=40)],
) -> Answer:
    """Every version of one compartment, newest first, at the caller's level of it."""
    return Answer({"versions": history(session, actor, code, compartment)})


@router.get(
    "/{code}/access-log",
    dependencies=[Requires(Permission.VICTIMS_ACCESS_LOG)],
    summary="Quién miró los datos de esta persona",
)
def looks(
    code: Code,
    session: DbSession,
    actor: CurrentActor,
    before: Annotated[int | None, Query(title="Anteriores a", ge=1, le=2**62)] = None,
) -> Answer:
    """Who looked at this person's data, when, from where and why, in plain Spanish."""
    return Answer({"entries": access_log(session, actor, code, before=before)})
