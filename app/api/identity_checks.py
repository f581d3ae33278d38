"""Check a document with its issuer: `/victims/{code}/identity-checks`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.schemas import Code
from app.edge.deps import CurrentActor, CurrentRuntime, Requires
from app.edge.routing import Branch
from app.services.identity_checks.pide import pide_of
from app.services.identity_checks.service import check
from app.services.identity_checks.views import IdentityCheckView

router = Branch(prefix="/victims", tags=["identity_checks"])


class CheckIn(BaseModel):
    """Which document to ask about."""

    model_config = ConfigDict(extra="forbid", title="Verificación con la entidad emisora")

    document: Annotated[int, Field(title="Posición en `identity.documents`, desde 0", ge=0, le=50)] = 0


@router.post(
    "/{code}/identity-checks",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Verificar un documento con su entidad emisora",
    responses={
        409: {"description": "No activada, o identidad en reserva"},
        429: {"description": "Demasiadas consultas en una hora"},
        502: {"description": "La entidad emisora no responde bien"},
        504: {"description": "La entidad emisora no responde a tiempo"},
    },
)
def verify(
    code: Code, body: CheckIn, actor: CurrentActor, runtime: CurrentRuntime
) -> Answer[IdentityCheckView]:
    """Asks RENIEC or Migraciones whose the document is and says how each name compares; changes nothing."""
    settings = runtime.settings
    limit = settings.identity_check_limit_per_hour
    pide = pide_of(settings)
    return Answer(check(runtime.database, actor, code, body.document, pide, limit_per_hour=limit))
