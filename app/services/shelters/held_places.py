"""Read holds of places: those the actor's unit asked for, and those its own shelter keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.permissions import Permission
from app.access.scope import UNIT, actor_params, visible_cases
from app.audit import record
from app.catalogues import code_list
from app.errors import NotFound
from app.models import PlaceHold
from app.services.cases.rows import public_codes
from app.services.institutions.masking import RESERVED, unit_names
from app.services.shelters.views import HoldView
from app.states import HoldState

_MOST = 200
_COLUMNS = (
    PlaceHold.id,
    PlaceHold.victim_id,
    PlaceHold.case_id,
    PlaceHold.code,
    PlaceHold.department,
    PlaceHold.grp,
    PlaceHold.requested_unit_id,
    PlaceHold.from_placement_id,
    PlaceHold.legal_basis,
    PlaceHold.state,
    PlaceHold.created_at,
    PlaceHold.expires_at,
    PlaceHold.ended_at,
    PlaceHold.version,
    # What the clock did not come to yet is over all the same.
    (PlaceHold.expires_at > func.now()).label("in_time"),
)


def _here() -> ColumnElement[bool]:
    return PlaceHold.id.in_(select(func.ruv.holds_here().column_valued("hold")))


def _asked(actor: Actor) -> ColumnElement[bool]:
    cases = visible_cases(actor).subquery()
    in_scope = select(cases.c.id).where(cases.c.victim_id == PlaceHold.victim_id)
    return and_(PlaceHold.requested_unit_id == UNIT, PlaceHold.case_id.in_(in_scope))


def listed(act: Act, *, live: bool = True) -> list[HoldView]:
    """Holds of the actor's unit, newest first: `here` for those its own shelter keeps.

    The case shows to who has it in scope; the shelter to itself and to roles that read where shelters are.

    Raises:
        Forbidden: the role has nothing to do with shelters.
    """
    require(act.actor, Permission.SHELTERS_READ)
    rows = act.session.execute(
        select(*_COLUMNS, _here().label("here"))
        .where(
            or_(_here(), _asked(act.actor)), PlaceHold.state == HoldState.HELD if live else PlaceHold.id > 0
        )
        .order_by(PlaceHold.id.desc())
        .limit(_MOST)
        .params(actor_params(act.actor))
    ).all()
    cases = public_codes(act, (row.case_id for row in rows))
    shelters = _shelters(act.session, (row.id for row in rows))
    units = {*shelters.values(), *(row.requested_unit_id for row in rows)}
    names = unit_names(act, units)
    record(act, "shelters.holds", detail={"holds": [row.code for row in rows]})
    return [
        {
            "code": row.code,
            "state": _state(row),
            "here": row.here,
            "case": cases.get(row.case_id, {}).get("case"),
            "shelter": names[shelters[row.id]].shown()
            if row.id in shelters
            else {"code": None, "name": RESERVED},
            "department": row.department,
            "group": {"code": row.grp, "label": code_list("shelter_group").labels.get(row.grp, row.grp)},
            "requested_by": names[row.requested_unit_id].shown(),
            "transfer": row.from_placement_id is not None,
            "legal_basis": row.legal_basis,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "ended_at": row.ended_at,
            "version": row.version,
        }
        for row in rows
    ]


def find(act: Act, code: str) -> Any:
    """The row of a hold the actor's unit asked for or its shelter keeps (`here`).

    Raises:
        NotFound: there is none.
    """
    row = act.session.execute(
        select(*_COLUMNS, _here().label("here"))
        .where(PlaceHold.code == canonical(code, "RZ"), or_(_here(), _asked(act.actor)))
        .params(actor_params(act.actor))
    ).first()
    if row is None:
        raise NotFound
    return row


def _state(row: Any) -> str:
    return HoldState.LAPSED if row.state == HoldState.HELD and not row.in_time else str(row.state)


def _shelters(session: Session, holds: Iterable[int]) -> dict[int, int]:
    rows = session.execute(
        select(func.ruv.hold_shelters(list(holds)).table_valued("hold_id", "unit_id", name="kept"))
    )
    return {row.hold_id: row.unit_id for row in rows}
