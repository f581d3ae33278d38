"""The consent ledger (`/consents`) and objections (`/cases/{code}/objections`)."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing, located, tagged
from app.api.schemas import Code
from app.edge.deps import CurrentAct, IdempotencyKey, Requires, etag
from app.edge.preconditions import ExpectedVersion
from app.edge.routing import Branch
from app.records.rows.consents import ConsentRow, ObjectionRow, WithdrawalRow
from app.services.consents import ledger, objections, queries
from app.services.consents.views import (
    ConsentListedView,
    ConsentView,
    ObjectionLiftedView,
    ObjectionView,
    WithdrawnView,
)
from app.services.idempotency import once
from app.services.views import Coded, Listing

router = Branch(tags=["consents"])


class ConsentIn(ConsentRow):
    """A consent of the person of a case."""

    case: Annotated[str, Field(title="Código del caso", max_length=40)]
    replaces: Annotated[str | None, Field(title="Consentimiento que reemplaza (código)", max_length=40)] = (
        None
    )


@router.post(
    "/consents",
    status_code=201,
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Registrar un consentimiento",
    responses=located(),
)
def give(body: ConsentIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Records a consent. A suspect cannot give it (409: the UPE decides); a child's needs who backs it."""
    payload = body.model_dump(mode="json")
    row = ConsentRow.model_validate(body.model_dump(exclude={"case", "replaces"}))
    code = once(
        act, key, "consents.give", payload, lambda: ledger.give(act, body.case, row, replaces=body.replaces)
    )
    return Answer({"code": code}, status_code=201, headers={"Location": f"/api/v1/consents/{code}"})


@router.get(
    "/consents", dependencies=[Requires(Permission.CONSENTS_READ)], summary="Consentimientos de un caso"
)
def listed(
    act: CurrentAct,
    case: Annotated[str, Query(title="Código del caso", max_length=40)],
) -> Answer[Listing[ConsentListedView]]:
    """Every consent of the case, newest first, with its state."""
    return listing(queries.ledger(act, case))


@router.get(
    "/consents/{code}", dependencies=[Requires(Permission.CONSENTS_READ)], summary="Leer un consentimiento"
)
def detail(code: Code, act: CurrentAct) -> Answer[ConsentView]:
    """One consent with its words and the referrals that rest on it."""
    return Answer(queries.read(act, code))


@router.post(
    "/consents/{code}/withdrawal",
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Retirar un consentimiento",
)
def withdrawal(code: Code, body: WithdrawalRow, act: CurrentAct) -> Answer[WithdrawnView]:
    """What rests on it ends at once; the answer lists what ended and what cannot be recalled."""
    return Answer(ledger.withdraw(act, code, body))


@router.get(
    "/cases/{code}/objections",
    dependencies=[Requires(Permission.CONSENTS_READ)],
    summary="Objeciones de un caso",
)
def objected(code: Code, act: CurrentAct) -> Answer[Listing[ObjectionView]]:
    """Every objection of the case, newest first."""
    return listing(queries.objections(act, code))


@router.post(
    "/cases/{code}/objections",
    status_code=201,
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Registrar una objeción",
)
def file_objection(code: Code, body: ObjectionRow, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Narrows at once what units see by referral; only an adult objects."""
    payload = {"case": code, **body.model_dump(mode="json")}
    made = once(act, key, "objections.file", payload, lambda: objections.file_objection(act, code, body))
    return Answer({"code": made}, status_code=201)


@router.post(
    "/cases/{code}/objections/{objection}/lift",
    dependencies=[Requires(Permission.CONSENTS_WRITE)],
    summary="Levantar una objeción",
    responses=tagged(),
)
def lift(
    code: Code, objection: Code, act: CurrentAct, version: ExpectedVersion
) -> Answer[ObjectionLiftedView]:
    """Lifts it: views are again as wide as what was shared."""
    done = objections.lift(act, code, objection, version)
    return Answer(done, headers=etag(done["version"]))
