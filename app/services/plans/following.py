"""Contacts after the exit: their calendar, and what came of each, by the channel she named as safe."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.opening import open_compartments
from app.access.permissions import Permission
from app.access.policy import OPENING
from app.catalogues import code_list
from app.codes import new_code
from app.db import insert_rows, next_ids
from app.errors import Conflict, refusal
from app.models import PlanFollowUp
from app.records.kinds import today
from app.records.rows.plans import Contact, FollowUp
from app.services.notices.service import notify
from app.services.plans import details, rules, safe_contact, timing
from app.services.plans.calendar import follow_up_days
from app.services.plans.content import COMPARTMENT, PlanRef, find, own_plan, state_now, whole
from app.services.plans.holding import advance
from app.services.plans.record_views import (
    Attempt,
    AttemptView,
    ChannelView,
    ContactedView,
    FollowUpsView,
    FollowUpView,
)
from app.services.plans.writing import given
from app.services.writing import Writing
from app.states import FollowUpState, PlanState

LATEST: Final = timedelta(days=3 * 366)
"""How far ahead a contact may be planned."""
NOT_REACHED: Final = "NO_UBICADA"
AT_RISK: Final = "EN_RIESGO"
_CHANNELS: Final = code_list("contact_channel").labels
_MINDED: Final = code_list("contact_restriction").labels
_RESULTS: Final = code_list("follow_up_result").labels


def propose(act: Act, ref: PlanRef) -> list[str]:
    """Plan the contacts of a person who left: after 1, 2, 3 and 6 months; a child after 9 and 12 too.

    Contacts that are planned already stay, and then nothing is added.
    """
    if any(row.state == FollowUpState.PLANNED for row in details.follow_ups(act.session, ref)):
        return []
    days = follow_up_days(today(), ref.row.kind)
    return _insert(act, ref, [(day, None) for day in days])


def plan_contact(act: Act, code: str, wanted: FollowUp) -> str:
    """Plan one more contact; returns its code.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: no day, or one that is past or too far.
        Conflict: the plan is not in follow-up, or the person cannot be reached so without risk.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    given(wanted, "planned_on")
    day = wanted.planned_on or today()
    if not today() <= day <= today() + LATEST:
        raise refusal("planned_on", "not-possible", "La fecha de un contacto va de hoy a tres años.")
    if wanted.channel is not None:
        check_channel(act, ref, wanted.channel)
    advance(act.session, ref, None)
    _check_following(act.session, ref)
    (new,) = _insert(act, ref, [(day, wanted.channel)])
    write = Writing(act, ref.row, "plans.follow-up.plan", [COMPARTMENT])
    write.done({"plan": ref.row.code, "follow_up": new})
    return new


def contacted(
    act: Act,
    code: str,
    follow_up_code: str,
    wanted: Contact,
) -> ContactedView:
    """Record an attempt at a planned contact; unless she could not be found, the contact is made with it.

    A channel she did not name as safe is refused. What happened all the same is recorded with
    `channel_reason`: a note that is lost helps nobody. That she is at risk is told to the supervisors of the
    unit.

    Raises:
        NotFound: the plan or the contact is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: something is missing; each field is named.
        Conflict: the contact is made or dropped already, or she cannot be reached so without risk.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    given(wanted, "contacted_on", "channel", "result")
    if (wanted.contacted_on or today()) > today():
        raise refusal("contacted_on", "not-possible", "La fecha está en el futuro; revísela.")
    if wanted.channel_reason is None:
        check_channel(act, ref, wanted.channel or "")
    advance(act.session, ref, None)
    row = details.follow_up(act.session, ref, follow_up_code)
    if row.state != FollowUpState.PLANNED:
        raise Conflict("Ese contacto ya se hizo o se anuló: planee otro para anotarlo.")
    write = Writing(act, ref.row, "plans.follow-up.contact", [COMPARTMENT])
    write.add(wanted, {"plan_id": ref.row.id, "follow_up_id": row.id})
    state = FollowUpState.PLANNED if wanted.result == NOT_REACHED else FollowUpState.DONE
    if state == FollowUpState.DONE:
        write.change(PlanFollowUp, row, {"state": state})
        timing.contact_made(act.session, row.id)
    if wanted.result == AT_RISK:
        notify(
            act.session, "SEGUIMIENTO_EN_RIESGO", unit_id=ref.row.unit_id, subject_code=row.code,
            victim_id=ref.row.victim_id, case_id=ref.row.case_id, supervisors=True,
        )  # fmt: skip
    detail = {
        "plan": ref.row.code, "follow_up": row.code, "result": wanted.result,
        "against_her_wish": wanted.channel_reason is not None,
    }  # fmt: skip
    write.done(detail)
    return {"code": row.code, "state": state, "result": wanted.result or ""}


def follow_ups(act: Act, code: str) -> FollowUpsView:
    """Planned contacts by day with their attempts, and how she may be contacted.

    `channels`: what she named as safe, if anything; `possible`: what may be used, which without it is the
    service that accompanies her; `conditions`: what she asks to be minded.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    attempts = details.contacts(act, ref, action="plans.follow-ups")
    known = advised(act, ref)
    rows = details.follow_ups(act.session, ref)
    return {
        "items": [_shown(row, attempts.get(row.id, []), known) for row in rows],
        "next": None,
        "channels": _channels(known.channels),
        "possible": _channels(known.possible),
        "advice": known.said,
        "advice_text": known.text,
        "conditions": [{"restriction": one, "restriction_label": _MINDED[one]} for one in known.conditions],
    }


def drop_planned(session: Session, ref: PlanRef) -> None:
    """Drop the contacts of a plan that closes; the caller holds the plan."""
    planned = [row.id for row in details.follow_ups(session, ref) if row.state == FollowUpState.PLANNED]
    if not planned:
        return
    session.execute(
        update(PlanFollowUp)
        .where(PlanFollowUp.id.in_(planned), PlanFollowUp.victim_id == ref.row.victim_id)
        .values(state=FollowUpState.VOID, version=PlanFollowUp.version + 1)
    )
    timing.contacts_dropped(session, planned)


def advised(act: Act, ref: PlanRef) -> safe_contact.Advice:
    """How the person may be contacted, as far as the actor may know."""
    if ref.standing.level(act.actor, "contact") not in OPENING:
        return safe_contact.Advice(safe_contact.RESERVED)
    opened = open_compartments(
        act, ref.row.victim_id, ref.standing,
        action="plans.safe-contact", names=["contact"],
    )  # fmt: skip
    if "contact" in opened.broken:  # by which she would be at risk is not known
        return safe_contact.Advice(safe_contact.BROKEN)
    known = opened.data.get("contact", {})
    return safe_contact.advice(known.get("safe_channel"), known.get("contact_restrictions") or ())


def check_channel(act: Act, ref: PlanRef, channel: str) -> None:
    """Refuse a channel that she did not name as safe.

    Raises:
        Conflict: it is one; `possible` names what may be used.
    """
    known = advised(act, ref)
    if channel in known.possible:
        return
    detail = known.text
    if known.channels:
        names = ", ".join(f"«{_CHANNELS[one]}»" for one in known.channels)
        detail = f"La persona no indicó ese medio como seguro. Use solo: {names}."
    raise Conflict(detail, possible=list(known.possible))


def _insert(act: Act, ref: PlanRef, planned: list[tuple[date, str | None]]) -> list[str]:
    keys = next_ids(act.session, plan_follow_up=len(planned))["plan_follow_up"]
    made = [(key, new_code("CR"), *wanted) for key, wanted in zip(keys, planned, strict=True)]
    rows = [
        {
            "id": key,
            "victim_id": ref.row.victim_id,
            "plan_id": ref.row.id,
            "code": code,
            "planned_on": day,
            "channel": channel,
            "state": FollowUpState.PLANNED,
            "created_by": act.actor.user_id,
        }
        for key, code, day, channel in made
    ]
    insert_rows(act.session, PlanFollowUp, rows)
    for key, code, day, _channel in made:
        timing.contact_planned(act.session, ref, key, code, day)
    return [code for _key, code, _day, _channel in made]


def _check_following(session: Session, ref: PlanRef) -> None:
    state = state_now(session, ref)
    if state != PlanState.FOLLOW_UP:
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: los contactos se planean en seguimiento.")


def _channels(codes: tuple[str, ...]) -> list[ChannelView]:
    return [{"channel": one, "channel_label": _CHANNELS[one]} for one in codes]


def _shown(row: Any, attempts: list[Attempt], known: safe_contact.Advice) -> FollowUpView:
    planned = row.state == FollowUpState.PLANNED
    return {
        "code": row.code,
        "planned_on": row.planned_on,
        "channel": row.channel,
        "channel_unsafe": planned and row.channel is not None and row.channel not in known.possible,
        "state": row.state,
        "state_label": code_list("follow_up_state").label(row.state),
        "overdue": planned and row.planned_on < today(),
        "version": row.version,
        "contacts": [_attempt(one) for one in attempts],
    }


def _attempt(one: Attempt) -> AttemptView:
    return {**one, "result_label": _RESULTS[one["result"]]}
