"""Registered relatives of a person: `/victims/{code}/family`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer, listing
from app.api.schemas import Code
from app.edge.deps import CurrentAct, Requires
from app.edge.routing import Branch
from app.records.rows.proceedings import FamilyLink
from app.services.victims import family
from app.services.victims.views import RelativeEndedView, RelativeLinkedView, RelativeView
from app.services.views import Listing

router = Branch(prefix="/victims/{code}/family", tags=["family"])


class RelativeIn(BaseModel):
    """A registered person, and what she is to this one."""

    model_config = ConfigDict(extra="forbid", title="Familiar registrado")

    relative: Annotated[str, Field(title="Código del familiar", max_length=40)]
    link: Annotated[FamilyLink, Field(title="Vínculo")]


@router.get("", dependencies=[Requires(Permission.VICTIMS_READ)], summary="Familia registrada de la persona")
def listed(code: Code, act: CurrentAct) -> Answer[Listing[RelativeView]]:
    """Relatives who are registered; of those out of scope, only that there is one."""
    return listing(family.family(act, code))


@router.post(
    "", status_code=201, dependencies=[Requires(Permission.VICTIMS_WRITE)], summary="Vincular a un familiar"
)
def link(code: Code, body: RelativeIn, act: CurrentAct) -> Answer[RelativeLinkedView]:
    """Links two persons in scope; repeating it is a 409, so nothing is doubled."""
    family.link(act, code, body.relative, body.link)
    return Answer({"linked": True}, status_code=201)


@router.post(
    "/{relative}/end",
    dependencies=[Requires(Permission.VICTIMS_WRITE)],
    summary="Terminar un vínculo familiar",
)
def end(code: Code, relative: Code, act: CurrentAct) -> Answer[RelativeEndedView]:
    """Ends the link of two persons in scope."""
    family.end(act, code, relative)
    return Answer({"ended": True})
