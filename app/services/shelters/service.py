"""Placements: a person is taken in by a shelter, and leaves it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.catalogues import code_list
from app.codes import new_code
from app.db import UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, FieldError, Forbidden, Invalid, StaleVersion
from app.models import Placement, Unit
from app.services.cases.activity import touch
from app.services.cases.holding import held_case
from app.services.cases.row_queries import case_state, presumed_child
from app.services.cases.rules import closed
from app.services.shelters.masking import SHELTER_KINDS
from app.services.shelters.queries import own_placement

_STAYS = frozenset({"PERMANENCIA_EN_ACOGIDA"})
EXIT_REASONS = {code: label for code, label in code_list("outcome").labels.items() if code not in _STAYS}
"""Why a person leaves a shelter: the outcomes, but for the one that says that she stays."""


def admit(session: Session, actor: Actor, case_code: str, *, purpose: str = "atencion") -> str:
    """Record that the actor's shelter took the person in; returns the placement's code.

    From now until the exit the shelter's staff are resident staff: they read what the policy gives those.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role admits nobody, or the actor's unit is no shelter.
        Conflict: the case is closed, or the person is placed already (here or elsewhere).
    """
    require(actor, Permission.PLACEMENTS_WRITE)
    ref = held_case(session, actor, case_code)
    if session.scalar(select(Unit.kind).where(Unit.id == actor.unit_id)) not in SHELTER_KINDS:
        raise Forbidden("Su unidad no aloja personas.")
    if closed(case_state(session, ref)):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    row_id = next_ids(session, placement=1)["placement"][0]
    code = new_code("AL")
    row: dict[str, Any] = {
        "id": row_id,
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "code": code,
        "unit_id": actor.unit_id,
        "admitted_by": actor.user_id,
    }
    try:
        insert_rows(session, Placement, [row])
    except UniqueViolation:
        # The unique index is the rule: two shelters that admit at the same moment cannot both win.
        raise Conflict("La persona ya está alojada: registre primero el egreso anterior.") from None
    touch(session, actor, ref.victim_id, ref.case_id)
    record(
        session, actor, "placements.admit", victim_id=ref.victim_id, case_id=ref.case_id, purpose=purpose,
        detail={"placement": code},
    )  # fmt: skip
    return code


def leave(
    session: Session, actor: Actor, code: str, version: int, reason: str, *, purpose: str = "atencion"
) -> dict[str, Any]:
    """Record that the person left the actor's shelter, and why.

    Raises:
        NotFound: no such placement in the actor's own shelter and scope.
        Forbidden: the role records no exits.
        Invalid: not a reason of the list, or not one for a child.
        Conflict: she left already.
        StaleVersion: somebody changed it meanwhile.
    """
    require(actor, Permission.PLACEMENTS_WRITE)
    row = own_placement(session, actor, code)
    if row.version != version:
        raise StaleVersion
    if row.left_at is not None:
        raise Conflict("El egreso ya está registrado.")
    _check_reason(session, row, reason)
    moved = session.execute(
        update(Placement)
        .where(Placement.id == row.id, Placement.victim_id == row.victim_id, Placement.version == version)
        .values(left_at=func.now(), exit_reason=reason, version=version + 1)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    touch(session, actor, row.victim_id, row.case_id)
    record(
        session, actor, "placements.exit", victim_id=row.victim_id, case_id=row.case_id, purpose=purpose,
        fields=["left_at", "exit_reason"], detail={"placement": row.code, "reason": reason},
    )  # fmt: skip
    return {"code": row.code, "exit_reason": reason, "version": version + 1}


def _check_reason(session: Session, row: Any, reason: str) -> None:
    message = ""
    if reason not in EXIT_REASONS:
        message = f"Indique un motivo de la lista: {', '.join(EXIT_REASONS)}."
    elif reason == "EGRESO_VOLUNTARIO" and presumed_child(session, row.victim_id, row.case_id):
        message = "Una niña, niño o adolescente no egresa por decisión propia: decide la UPE."
    if message:
        error: FieldError = {"field": "reason", "code": "not-possible", "message": message}
        raise Invalid(message, errors=[error])
