"""The team of a plan: users of the responsible unit, and others who work with the person."""

from __future__ import annotations

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.db import rows_changed
from app.errors import Conflict, refusal
from app.models import PlanTeam
from app.records.rows import split_row
from app.records.rows.plans import TeamMember
from app.services.plans import rules
from app.services.plans.content import COMPARTMENT, own_plan
from app.services.plans.details import next_number, user_of_unit
from app.services.plans.holding import advance
from app.services.plans.writing import given
from app.services.writing import Writing


def add_member(
    act: Act,
    code: str,
    wanted: TeamMember,
    username: str | None,
) -> int:
    """Add a member: a user of the own unit by `username`, or somebody else by name. Returns its number.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: no role, both or neither of user and name, or no such user in the unit.
        Conflict: the plan is closed.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    given(wanted, "role")
    _check_alive(ref.row.state)
    texts = split_row(wanted)[1]
    if (username is None) == (wanted.name is None) or (username is not None and texts):
        raise refusal(
            "name", "not-possible", "Indique a quién: un usuario de la unidad, o el nombre de otra persona."
        )
    user_id = user_of_unit(act.session, act.actor.unit_id, username) if username is not None else None
    if username is not None and user_id is None:
        raise refusal("username", "not-possible", "No es un usuario activo de la unidad.")
    advance(act.session, ref, None)
    number = next_number(act.session, ref)
    write = Writing(act, ref.row, "plans.team.add", [COMPARTMENT])
    write.add(wanted, {"plan_id": ref.row.id, "number": number, "user_id": user_id})
    write.done({"plan": ref.row.code, "number": number, "role": wanted.role})
    return number


def end_member(act: Act, code: str, number: int) -> None:
    """End a member's part in the team; the entry stays.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Conflict: the team has no such member, or it left already.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    ended = (
        update(PlanTeam)
        .where(
            PlanTeam.plan_id == ref.row.id,
            PlanTeam.victim_id == ref.row.victim_id,
            PlanTeam.number == number,
            PlanTeam.ended_at.is_(None),
        )
        .values(ended_at=func.now())
    )
    if rows_changed(act.session, ended) != 1:
        raise Conflict("El equipo no tiene ahora a nadie con ese número.")
    write = Writing(act, ref.row, "plans.team.end", [COMPARTMENT])
    write.done({"plan": ref.row.code, "number": number})


def _check_alive(state: str) -> None:
    if state in rules.CLOSED:
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: ya no cambia.")
