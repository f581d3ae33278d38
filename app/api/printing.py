"""Documents on paper (PDF/UA) and their verification: `/plans/{code}.pdf`, ..., `/documents/{code}`."""

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import Response

from app.access.act import RIGHTS
from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.schemas import Code
from app.edge.deps import CurrentActor, CurrentRuntime, Public, Requires
from app.edge.routing import Branch
from app.edge.sending import printed
from app.services.holdings.own_paper import own_file_issue
from app.services.printing.consent import consent_issue
from app.services.printing.plan import plan_issue
from app.services.printing.referral import referral_issue
from app.services.printing.verifying import verify
from app.services.printing.views import Verification

router = Branch(tags=["documents"])

_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        "description": "PDF/UA-1",
    }
}
Names = Annotated[bool, Query(title="Con el nombre de la persona, para quien lee su identidad completa")]


@router.get(
    "/plans/{code}.pdf",
    dependencies=[Requires(Permission.PLANS_READ)],
    summary="Imprimir un plan",
    responses=_PDF,
    response_class=Response,
)
def plan(
    code: Code,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    version: Annotated[int | None, Query(title="Versión; sin ella, el plan como está", ge=1, le=9999)] = None,
    names: Names = False,
) -> Response:
    """The plan by code, or by name where asked for; each print is recorded and can be verified."""
    return printed(runtime, actor, lambda act: plan_issue(act, code, version, names=names))


@router.get(
    "/referrals/{code}.pdf",
    dependencies=[Requires(Permission.REFERRALS_READ)],
    summary="Imprimir la carta de una derivación",
    responses=_PDF,
    response_class=Response,
)
def referral(code: Code, actor: CurrentActor, runtime: CurrentRuntime) -> Response:
    """The letter; to a unit outside the network it names neither the register nor the crime."""
    return printed(runtime, actor, lambda act: referral_issue(act, code))


@router.get(
    "/consents/{code}.pdf",
    dependencies=[Requires(Permission.CONSENTS_READ)],
    summary="Imprimir un consentimiento",
    responses=_PDF,
    response_class=Response,
)
def consent(code: Code, actor: CurrentActor, runtime: CurrentRuntime, names: Names = False) -> Response:
    """The consent, to be read aloud and signed; by code, or by name where asked for."""
    return printed(runtime, actor, lambda act: consent_issue(act, code, names=names))


@router.get(
    "/victims/{code}/own-file.pdf",
    dependencies=[Requires(Permission.DATA_REQUESTS_WRITE)],
    summary="Imprimir el expediente de la persona",
    responses=_PDF,
    response_class=Response,
)
def own_file(
    code: Code,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    request: Annotated[str, Query(title="Código de la solicitud que se responde", max_length=40)],
) -> Response:
    """What the answering unit may hand over, in words, for an open request of hers."""
    return printed(runtime, actor, lambda act: own_file_issue(act, code, request), RIGHTS)


@router.get("/documents/{code}", dependencies=[Public()], summary="Comprobar un documento impreso")
def verification(
    code: Code,
    request: Request,
    runtime: CurrentRuntime,
    hash_: Annotated[str, Query(alias="hash", title="Huella impresa en el papel", max_length=60)] = "",
) -> Answer[Verification]:
    """Says whether the paper is genuine, what it is and when it was printed; never of whom."""
    address = request.client.host if request.client else ""
    return Answer(verify(runtime.database, code, hash_, address))
