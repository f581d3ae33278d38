"""What a supervisor should look at, most urgent first: plans, deadlines, cases, referrals and requests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, takes_part, visible_cases, visible_referrals
from app.access.told import visible_notices
from app.audit import record
from app.catalogues import code_list
from app.codes import PREFIXES
from app.errors import Invalid, unknown_code
from app.models import Clock, CommandRequest, Notice, Participation, Referral, TraffickingCase
from app.services.cases.codes import ENDED
from app.services.cases.rows import public_codes
from app.services.clocks.calendar import deadline
from app.services.notices.kinds import ACKNOWLEDGED
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.quality.rules import DAYS_STILL
from app.services.supervision.rules import supervising
from app.services.supervision.staff import usernames
from app.services.supervision.views import ReviewDueView
from app.services.views import DeadlineView, Listing
from app.states import ClockState, CommandState, ReferralState

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "PLAN_POR_REVISAR": "Plan por revisar",
        "PLAZO_VENCIDO": "Plazo vencido",
        "CASO_SIN_MOVIMIENTO": "Caso sin movimiento",
        "DERIVACION_POR_RESPONDER": "Derivación recibida sin responder",
        "DERIVACION_SIN_RESPUESTA": "Derivación enviada sin respuesta",
        "PEDIDO_SIN_RESPUESTA": "Pedido de dos personas sin respuesta",
        "PEDIDO_POR_DECIDIR": "Pedido de dos personas que su unidad puede decidir",
        "AVISO_SIN_ACUSE": "Aviso sin acuse de recibo",
    }
)
STILL = "CASO_SIN_MOVIMIENTO"
REVIEW_KIND, ANSWER_KIND = "PRI_REVISION", "DERIVACION_RESPUESTA"
NOTICE = "AVISO_SIN_ACUSE"
DAYS_AHEAD = 7
"""How many days before it is due a plan's review is listed."""


def reviews(
    act: Act, *, kind: str | None = None, cursor: str | None = None, limit: int = PAGE
) -> Listing[ReviewDueView]:
    """The unit's list, earliest due moment first, with who has charge, a page of it.

    `due_at` of a case without movement is the day the limit passed; of a request, when it lapses; of a notice
    that waits for an acknowledgement, when it was left.

    Raises:
        Forbidden: the actor supervises nobody.
        Invalid: unknown kind.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    supervising(act.actor)
    if kind is not None and kind not in KINDS:
        raise Invalid("Revise el filtro.", errors=[unknown_code("kind", KINDS, "unknown")])
    found = _everything(act.actor)
    query = select(found).order_by(found.c.due_at, found.c.code).limit(limit + 1)
    if kind is not None:
        query = query.where(found.c.kind == kind)
    if cursor is not None:
        moment, last = read_cursor(cursor, *PREFIXES)
        query = query.where(or_(found.c.due_at > moment, and_(found.c.due_at == moment, found.c.code > last)))
    rows = act.session.execute(query.params(actor_params(act.actor))).all()
    page = rows[:limit]
    record(
        act, "supervision.reviews", purpose=act.purpose,
        detail={"kind": kind or "todos", "codes": [row.code for row in page]},
    )  # fmt: skip
    cases = {row.case_id for row in page if row.case_id is not None}
    codes, team = public_codes(act, cases), usernames(act, cases)
    clocks, notices = code_list("clock").labels, code_list("notice").labels
    items: list[ReviewDueView] = [
        {
            "kind": row.kind,
            "kind_label": KINDS[row.kind],
            "deadline": None if row.kind == NOTICE else row.deadline,
            "deadline_label": clocks.get(row.deadline) if row.deadline else None,
            "notice_label": notices.get(row.deadline) if row.kind == NOTICE else None,
            "code": row.code,
            "case": codes[row.case_id]["case"] if row.case_id in codes else None,
            "victim": codes[row.case_id]["victim"] if row.case_id in codes else None,
            **_due(row),
            "overdue": row.overdue,
            "in_charge": team.get(row.case_id, []),
        }
        for row in page
    ]
    following = cursor_of(page[-1].due_at, page[-1].code) if len(rows) > limit else None
    return {"items": items, "next": following}


def _due(row: Any) -> DeadlineView:
    found = deadline(row.due_at)
    return {**found, "due_time": None} if row.kind == STILL else found  # days without movement have no hour


def reviews_due(actor: Actor) -> Select[int]:
    """How many plans of the unit are to be reviewed within `DAYS_AHEAD` days, or should have been."""
    found = _clocks(actor).subquery()
    return select(func.count()).select_from(found).where(found.c.kind == "PLAN_POR_REVISAR")


def _everything(actor: Actor) -> Subquery:
    parts = [_clocks(actor), _still(actor), _referrals(actor), _notices(actor)]
    if policy().permits(actor.role, Permission.COMMANDS_REQUEST):
        parts.append(_commands(actor))
    merged = union_all(*parts).subquery()
    return select(merged, (merged.c.due_at <= func.now()).label("overdue")).subquery("found")


def _columns(
    kind: ColumnElement[str] | str, deadline: Any, code: Any, case_id: Any, due_at: Any
) -> tuple[Any, ...]:
    named = literal(kind) if isinstance(kind, str) else kind
    return (
        named.label("kind"),
        deadline.label("deadline"),
        code.label("code"),
        case_id.label("case_id"),
        due_at.label("due_at"),
    )


def _clocks(actor: Actor) -> Select[Any]:
    """Deadlines of the unit that ran out, and reviews that come up; a referral's shows as a referral."""
    part = aliased(Participation)
    in_scope = exists().where(
        part.victim_id == Clock.victim_id,
        part.case_id == Clock.case_id,
        takes_part(unit_wide=actor.unit_wide, part=part),
    )
    soon = func.now() + func.make_interval(0, 0, 0, DAYS_AHEAD)
    kind = case((Clock.kind == REVIEW_KIND, "PLAN_POR_REVISAR"), else_="PLAZO_VENCIDO")
    return select(
        *_columns(kind, Clock.kind, Clock.subject_code, Clock.case_id, Clock.due_at),
    ).where(
        Clock.unit_id == actor.unit_id,
        Clock.state.in_((ClockState.RUNNING, ClockState.OVERDUE)),
        Clock.kind != ANSWER_KIND,
        Clock.due_at <= case((Clock.kind == REVIEW_KIND, soon), else_=func.now()),
        in_scope,
    )


def _still(actor: Actor) -> Select[Any]:
    limit = func.make_interval(0, 0, 0, DAYS_STILL)
    due = Participation.last_activity + limit
    return (
        visible_cases(actor)
        .with_only_columns(
            *_columns(STILL, null(), TraffickingCase.code, TraffickingCase.id, due),
            maintain_column_froms=True,
        )
        .where(TraffickingCase.state.not_in(ENDED), Participation.last_activity <= func.now() - limit)
    )


def _referrals(actor: Actor) -> Select[Any]:
    """Received and not answered; sent and not answered when due, unless sent again."""
    again = aliased(Referral)
    received = and_(Referral.to_unit_id == actor.unit_id, Referral.state == ReferralState.SENT)
    unanswered = or_(
        and_(Referral.state == ReferralState.SENT, Referral.due_at <= func.now()),
        and_(Referral.state == ReferralState.LAPSED, ~exists().where(again.replaces_id == Referral.id)),
    )
    kind = case(
        (Referral.to_unit_id == actor.unit_id, "DERIVACION_POR_RESPONDER"), else_="DERIVACION_SIN_RESPUESTA"
    )
    return select(*_columns(kind, null(), Referral.code, Referral.case_id, Referral.due_at)).where(
        Referral.id.in_(visible_referrals(actor)),
        or_(received, and_(Referral.from_unit_id == actor.unit_id, unanswered)),
    )


def _notices(actor: Actor) -> Select[Any]:
    """What the unit was told and nobody of it acknowledged."""
    return select(
        *_columns(NOTICE, Notice.kind, Notice.subject_code, Notice.case_id, Notice.created_at)
    ).where(Notice.id.in_(visible_notices(actor)), Notice.kind.in_(ACKNOWLEDGED), Notice.read_at.is_(None))


def _commands(_actor: Actor) -> Select[Any]:
    """Requests that wait for a second person: the unit's own, and those the database says it may decide."""
    face = func.ruv.command_face(CommandRequest.id).table_valued("own_unit", name="face").lateral()
    kind = case((face.c.own_unit, "PEDIDO_SIN_RESPUESTA"), else_="PEDIDO_POR_DECIDIR")
    return (
        select(
            *_columns(kind, null(), CommandRequest.code, CommandRequest.case_id, CommandRequest.expires_at)
        )
        .join(face, true())
        .where(CommandRequest.state == CommandState.PENDING, CommandRequest.expires_at > func.now())
    )
