"""Read plans: a work list, and one plan as its reader may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_plans
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, unknown_code
from app.models import Plan, PlanActivity, ProgressNote
from app.records.kinds import today
from app.services.cases.rows import public_codes
from app.services.institutions.masking import UnitName, unit_names
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.plans import rules
from app.services.plans.assessing import labelled
from app.services.plans.content import Goal, PlanRef, Task, Texts, activities, find, objectives, open_texts
from app.services.plans.details import gaps, header_texts, objective_notes, team
from app.services.plans.handing import may_order
from app.services.plans.handovers import handovers
from app.services.plans.rows import signature_rows
from app.services.plans.views import (
    ActivityView,
    ObjectiveNoteView,
    ObjectiveView,
    PlanCodes,
    PlanContents,
    PlanFace,
    PlanSummaryView,
    ProgressNoteView,
    ReadPlan,
    SignatureView,
)
from app.services.views import Listing


def read(act: Act, code: str) -> ReadPlan:
    """One plan: all of it, or for who reads it in part its state and the own unit's activities.

    Raises:
        NotFound: no such plan, out of scope, or the plan was not shared with the actor's unit.
        Forbidden: the role reads no plans.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = find(act, code)
    row, whole = ref.row, ref.sees_all(act.actor)
    _looked(act, ref, whole=whole, compartments=["plan"])
    found = activities(act, ref, action="plans.read")
    notes = _notes(act, ref, found)
    ids = {
        row.unit_id,
        *(a["unit_id"] for a in found),
        *(note.by_unit_id for group in notes.values() for note, _text in group),
    }
    units = unit_names(act, ids)
    goals = objectives(act, ref, action="plans.read") if whole else []
    codes = {goal["id"]: goal["code"] for goal in goals}
    shown = [_activity(a, codes.get(a["objective_id"]), notes.get(a["id"], []), units) for a in found]
    access = {name: level.name.lower() for name, level in ref.standing.levels(act.actor).items()}
    around = _codes(act, ref, units)
    if not whole:
        return {**around, "view": "own", "activities": shown, "_access": access}
    contents = _contents(act, ref, goals)
    return {**around, "view": "all", "activities": shown, "_access": access, **contents}


def face(act: Act, code: str) -> PlanFace:
    """Codes, kind and state of one plan; nothing of it is opened.

    Raises:
        NotFound: no such plan, out of scope, or the plan was not shared with the actor's unit.
        Forbidden: the role reads no plans.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = find(act, code)
    _looked(act, ref, whole=False, compartments=[])
    codes = _codes(act, ref, unit_names(act, {ref.row.unit_id}))
    return {**codes, "view": "all" if ref.sees_all(act.actor) else "own"}


def _looked(act: Act, ref: PlanRef, *, whole: bool, compartments: list[str]) -> None:
    row = ref.row
    record(
        act, "plans.read", victim_id=row.victim_id, case_id=row.case_id, purpose=act.purpose,
        compartments=compartments, detail={"plan": row.code, "whole": whole},
    )  # fmt: skip


def _codes(act: Act, ref: PlanRef, units: dict[int, UnitName]) -> PlanCodes:
    row = ref.row
    named = public_codes(act, {row.case_id}).get(row.case_id)
    return {
        "code": row.code,
        "kind": row.kind,
        "kind_label": rules.KINDS[row.kind],
        "state": row.state,
        "state_label": rules.STATES[row.state],
        "state_since": row.state_since,
        "unit": units[row.unit_id].shown(),
        "created_at": row.created_at,
        "signed_at": row.signed_at,
        "closed_at": row.closed_at,
        "version": row.version,
        "case": named["case"] if named else None,
        "victim": named["victim"] if named else None,
        "possible_states": list(rules.MACHINE.offered(row.state)) if ref.responsible(act.actor) else [],
        "responsible": ref.responsible(act.actor),
        "may_hand_over": may_order(act, ref),
    }


def work_list(
    act: Act,
    *,
    case: str | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[PlanSummaryView]:
    """Plans in scope, latest change of state first, with what the own unit has to do.

    `case`: only those of this case.

    Raises:
        Forbidden: the role reads no plans.
        NotFound: the case is out of scope.
        Invalid: unknown state.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.PLANS_READ)
    query = (
        select(
            Plan.id, Plan.victim_id, Plan.case_id, Plan.code, Plan.kind, Plan.state, Plan.state_since,
            Plan.unit_id, Plan.version, Plan.next_review_on, Plan.gaps,
            _own_count(act.actor).label("own_open"),
            _own_count(act.actor, PlanActivity.due_on < today()).label("own_overdue"),
        )
        .where(Plan.id.in_(visible_plans(act.actor)))
        .order_by(Plan.state_since.desc(), Plan.code.desc())
        .limit(limit + 1)
    )  # fmt: skip
    if case is not None:
        query = query.where(Plan.case_id == case_in_scope(act, case).case_id)
    if state is not None:
        if state not in rules.STATES:
            raise Invalid("Revise el filtro.", errors=[unknown_code("state", rules.STATES, "unknown")])
        query = query.where(Plan.state == state)
    if cursor is not None:
        moment, last = read_cursor(cursor, "PR")
        query = query.where(
            or_(Plan.state_since < moment, and_(Plan.state_since == moment, Plan.code < last))
        )
    rows = act.session.execute(query.params(actor_params(act.actor))).all()
    page = rows[:limit]
    units = unit_names(act, {row.unit_id for row in page})
    cases = public_codes(act, {row.case_id for row in page})
    record(act, "plans.list", purpose=act.purpose, detail={"plans": [row.code for row in page]})
    items = [_listed(act.actor, row, units, cases) for row in page]
    following = cursor_of(page[-1].state_since, page[-1].code) if len(rows) > limit else None
    return {"items": items, "next": following}


def _own_count(actor: Actor, *conditions: ColumnElement[bool]) -> Any:
    return (
        select(func.count())
        .select_from(PlanActivity)
        .where(
            PlanActivity.plan_id == Plan.id,
            PlanActivity.victim_id == Plan.victim_id,
            PlanActivity.unit_id == actor.unit_id,
            PlanActivity.state.in_(rules.OPEN_ACTIVITY),
            *conditions,
        )
        .correlate(Plan)
        .scalar_subquery()
    )


def _listed(
    actor: Actor, row: Any, units: dict[int, UnitName], cases: dict[int, dict[str, str]]
) -> PlanSummaryView:
    # Who reads plans in part learns of another unit's plan neither its reviews nor its gaps.
    whole = row.unit_id == actor.unit_id or policy().reads_in_full(actor.role, "plan")
    due = row.next_review_on if whole else None
    named = cases.get(row.case_id)
    return {
        "code": row.code,
        "case": named["case"] if named else None,
        "victim": named["victim"] if named else None,
        "kind": row.kind,
        "state": row.state,
        "state_label": rules.STATES[row.state],
        "state_since": row.state_since,
        "unit": units[row.unit_id].shown(),
        "own_open": row.own_open,
        "own_overdue": row.own_overdue,
        "next_review_on": due,
        "overdue": bool(row.own_overdue) or (due is not None and due < today()),
        "gaps": row.gaps if whole else None,
        "version": row.version,
    }


def _contents(act: Act, ref: PlanRef, goals: list[Goal]) -> PlanContents:
    row = ref.row
    texts = header_texts(act, ref, action="plans.read")
    notes = objective_notes(act, ref, action="plans.read")
    due = row.next_review_on
    return {
        "execution_country": row.execution_country,
        "feasibility": row.feasibility,
        "interpreter": row.interpreter,
        "language": row.language,
        "place_of_execution": row.place_of_execution,
        "pti_on": row.pti_on,
        "starts_on": row.starts_on,
        "pti_resolution": row.pti_resolution,
        "summary": texts.get("summary"),
        "pti_number": texts.get("pti_number"),
        "feasibility_notes": texts.get("feasibility_notes"),
        "team": team(act, ref, action="plans.read"),
        "outcome": row.outcome,
        "next_review_on": due,
        "overdue": due is not None and due < today(),
        "gaps": labelled(gaps(act.session, ref)),
        "objectives": [_objective(goal, notes.get(goal["id"], [])) for goal in goals],
        "signatures": _signatures(act, ref),
        "handovers": handovers(act, ref),
    }


def _objective(goal: Goal, notes: list[ObjectiveNoteView]) -> ObjectiveView:
    return {
        "code": goal["code"],
        "domain": goal["domain"],
        "domain_label": code_list("plan_domain").labels.get(goal["domain"], goal["domain"]),
        "wish": goal["wish"],
        "goal": goal["goal"],
        "state": goal["state"],
        "state_label": rules.OBJECTIVE_STATES[goal["state"]],
        "possible_states": list(rules.OBJECTIVE_MACHINE.targets(goal["state"])),
        "version": goal["version"],
        "notes": notes,
    }


def _signatures(act: Act, ref: PlanRef) -> list[SignatureView]:
    rows = signature_rows(act.session, ref)
    texts = open_texts(act, ref, "plan_signature", rows, action="plans.read")
    return [
        {
            "number": row.number,
            "signer": row.signer,
            "signer_label": rules.SIGNERS.get(row.signer, row.signer),
            "manner": row.manner,
            "content_hash": row.content_hash.hex(),
            "signed_at": row.signed_at,
            "scan_code": row.scan_code,
            "witness": text.get("witness"),
            "gaps_acknowledged": text.get("gaps", {}),
            "verification": row.verification,
            "verification_label": code_list("signature_check").labels.get(row.verification),
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def _activity(
    found: Task, objective: str | None, notes: list[tuple[Any, Texts]], units: dict[int, UnitName]
) -> ActivityView:
    return {
        "code": found["code"],
        "due_on": found["due_on"],
        "state": found["state"],
        "description": found["description"],
        "indicator": found["indicator"],
        "person_in_charge": found["person_in_charge"],
        "frequency": found["frequency"],
        "evidence_expected": found["evidence_expected"],
        "service_code": found["service_code"],
        "version": found["version"],
        "objective": objective,
        "state_label": rules.ACTIVITY_STATES[found["state"]],
        "unit": units[found["unit_id"]].shown(),
        "overdue": found["state"] in rules.OPEN_ACTIVITY and found["due_on"] < today(),
        "notes": [_note(note, text, units) for note, text in notes],
    }


def _note(note: Any, text: Texts, units: dict[int, UnitName]) -> ProgressNoteView:
    return {
        "from": note.from_state,
        "to": note.to_state,
        "from_due": note.from_due,
        "to_due": note.to_due,
        "note": text.get("note"),
        "at": note.at,
        "unit": units[note.by_unit_id].shown(),
    }


def _notes(act: Act, ref: PlanRef, found: Sequence[Task]) -> dict[int, list[tuple[Any, Texts]]]:
    """Progress notes of the activities found (row and opened texts), oldest first, by activity."""
    table = ProgressNote
    rows = act.session.execute(
        select(
            table.id, table.activity_id, table.from_state, table.to_state, table.from_due, table.to_due,
            table.at, table.by_unit_id,
            table.sealed, table.key_version,
        )
        .where(
            table.plan_id == ref.row.id,
            table.victim_id == ref.row.victim_id,
            table.activity_id.in_([activity["id"] for activity in found]),
        )
        .order_by(table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "progress_note", rows, action="plans.read")
    notes: dict[int, list[tuple[Any, Texts]]] = {}
    for row, text in zip(rows, texts, strict=True):
        notes.setdefault(row.activity_id, []).append((row, text))
    return notes
