"""Units of one's institution, for who administers it: `/units`."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from app.access.permissions import Permission
from app.api.answers import Answer
from app.edge.deps import CurrentAct, IdempotencyKey, Requires
from app.edge.routing import Branch
from app.services.institutions import units
from app.services.institutions.views import OwnUnitsView
from app.services.views import Coded

router = Branch(prefix="/units", tags=["units"])

MANAGES = Requires(Permission.ACCOUNTS_MANAGE)

Department = Annotated[str | None, Field(title="Departamento (2 cifras del INEI)", max_length=2)]
UnitName = Annotated[str, Field(title="Nombre", max_length=400)]


class UnitIn(BaseModel):
    """A new unit."""

    model_config = ConfigDict(extra="forbid", title="Unidad nueva")

    code: Annotated[str, Field(title="Código", max_length=80, examples=["CEM-CUSCO-2"])]
    name: UnitName
    kind: Annotated[str, Field(title="Clase", max_length=40, examples=["CEM"])]
    department: Department = None


class UnitChangeIn(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid", title="Cambio de una unidad")

    name: Annotated[UnitName | None, Field(title="Nombre")] = None
    department: Department = None


@router.get("", dependencies=[MANAGES], summary="Unidades de mi institución")
def index(act: CurrentAct) -> Answer[OwnUnitsView]:
    """By name, with how many open accounts each has; `kinds`: those a new unit may be of."""
    items = units.listing(act)
    return Answer({"items": items, "next": None, "kinds": units.kinds_here(act)})


@router.post("", dependencies=[MANAGES], status_code=201, summary="Crear una unidad")
def create(body: UnitIn, act: CurrentAct, key: IdempotencyKey) -> Answer[Coded]:
    """Of a kind that the institution has already."""
    wanted = units.NewUnit(body.code, body.name, body.kind, body.department)
    return Answer({"code": units.found_unit(act, wanted, key=key)}, 201)


@router.patch("/{code}", dependencies=[MANAGES], summary="Cambiar el nombre o el departamento de una unidad")
def change(
    code: Annotated[str, Path(title="Código de la unidad", max_length=80)],
    body: UnitChangeIn,
    act: CurrentAct,
) -> Answer[Coded]:
    """The code stays: documents and referrals name the unit by it."""
    units.rewrite_unit(act, code, name=body.name, department=body.department)
    return Answer({"code": code})
