"""Read cases: the work list of an actor, and one case as that actor may see it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical, require
from app.access.opening_rows import SealedRow, open_rows_left
from app.access.permissions import Permission
from app.access.policy import OPENING, Level, policy
from app.access.scope import actor_params, given, list_order, visible_cases
from app.access.sealing import COORDINATION, Strand
from app.access.standing import Standing, standing
from app.audit import record
from app.catalogues import code_list
from app.errors import BadRequest, Forbidden, Invalid, NotFound, unknown_code, wrong
from app.models import CaseTransition, Exploitation, Profile, TraffickingCase, VictimCode
from app.records import FieldSpec, Partial, face_fields, partial_view
from app.services.cases import rules
from app.services.cases.codes import ENDED, IDENTIFICATION, REENTRIES, STATES
from app.services.cases.rows import presumed_child
from app.services.cases.views import (
    CaseListedView,
    CaseMoveView,
    CasePersonView,
    CasePossibleView,
    CaseView,
    ExploitationView,
)
from app.services.institutions.masking import unit_names
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing
from app.states import CaseState

_LISTED = ("code", "state", "state_since", "identification", "first_identified_on", "closed_at", "version")
_DETAIL = (
    *_LISTED,
    "reference_year",
    "opened_at",
    "outcome",
    "opened_unit_id",
    "previous_case_id",
    "source",
    "record_id",
)
_FACES = {"profile": Profile, "exploitation": Exploitation}
OWN_FILTERS = MappingProxyType({"state": STATES, "identification": IDENTIFICATION})
FACE_FILTERS: Mapping[str, FieldSpec] = MappingProxyType(
    {
        field.name: field
        for table in _FACES
        for field in face_fields(table)
        if field.codes is not None and not field.many
    }
)
"""Coded fields of the statistical face that a work list may be narrowed by, where the role sees them."""


def work_list(
    act: Act,
    *,
    filters: Mapping[str, str] = MappingProxyType({}),
    ended: bool | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[CaseListedView]:
    """Cases in the actor's scope, most recent activity first; `ended`: only those that ended, or did not.

    Raises:
        Forbidden: the role reads no cases, or a filter is on a field it may not see (named).
        Invalid: unknown filter or code.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    conditions = [_condition(act.actor, name, value) for name, value in filters.items()]
    if ended is not None:
        conditions.append(TraffickingCase.state.in_(ENDED) if ended else TraffickingCase.state.not_in(ENDED))
    activity = list_order(act.actor)
    query = (
        visible_cases(act.actor)
        .add_columns(*(getattr(TraffickingCase, name) for name in _LISTED), VictimCode.code, activity)
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .where(VictimCode.is_main(), *conditions)
        .order_by(activity.desc(), TraffickingCase.victim_id, TraffickingCase.id)
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(_after(act, activity, cursor))
    rows = act.session.execute(query.params(actor_params(act.actor))).all()
    page = rows[:limit]
    items = [_listed(row) for row in page]
    record(
        act, "cases.list", purpose=act.purpose, fields=sorted(filters),
        detail={"cases": [item["code"] for item in items]},
    )  # fmt: skip
    more = cursor_of(page[-1][-1], items[-1]["code"]) if len(rows) > limit else None
    return {"items": items, "next": more}


def read(act: Act, code: str) -> CaseView:
    """One case as this actor may see it, with `_access`: the level of each compartment.

    Raises:
        NotFound: no such case, or the actor has no part in it.
        Forbidden: the role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    row = act.session.execute(
        visible_cases(act.actor)
        .add_columns(*(getattr(TraffickingCase, name) for name in _DETAIL), VictimCode.code.label("victim"))
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .where(TraffickingCase.code == canonical(code, "CA"), VictimCode.is_main())
        .params(actor_params(act.actor))
    ).first()
    stand = standing(act, row[1]) if row else None
    if row is None or stand is None:
        raise NotFound
    case_id, victim_id = row[0], row[1]
    facts = _exploitation(act, stand, case_id, victim_id)
    person = _person(act, stand, victim_id)
    looked = [name for name, seen in (("identity", person), ("legal", facts)) if seen]
    record(
        act, "cases.read", victim_id=victim_id, case_id=case_id, purpose=act.purpose,
        compartments=looked, detail={"case": row.code},
    )  # fmt: skip
    units = unit_names(act, [row.opened_unit_id])
    return {
        "code": row.code,
        "state": row.state,
        "state_since": row.state_since,
        "identification": row.identification,
        "first_identified_on": row.first_identified_on,
        "closed_at": row.closed_at,
        "version": row.version,
        "victim": row.victim,
        "state_label": STATES[row.state],
        "identification_label": IDENTIFICATION[row.identification],
        "reference_year": row.reference_year,
        "opened_at": row.opened_at,
        "opened_by_unit": units[row.opened_unit_id].shown(),
        "previous_case": _previous(act, row.previous_case_id),
        "source": row.source,
        "source_label": REENTRIES.get(row.source),
        "outcome": row.outcome if stand.level(act.actor, "outcome") in OPENING else None,
        "person": person,
        "exploitation": facts,
        **_possible(row.state, adult=not presumed_child(act.session, victim_id, case_id)),
        "transitions": _transitions(act, case_id, Strand(victim_id, row.record_id)),
        "_access": {name: level.name.lower() for name, level in stand.levels(act.actor).items()},
    }


def _possible(state: str, *, adult: bool) -> CasePossibleView:
    """States one person may move the case to, and those that take two: a child's case closes by two."""
    alone, two = list(rules.MACHINE.offered(state)), list(rules.MACHINE.with_two(state))
    if not adult and CaseState.CLOSED in alone:
        alone.remove(CaseState.CLOSED)
        two.append(CaseState.CLOSED)
    return {"possible_states": alone, "possible_with_two": two}


def _listed(row: Any) -> CaseListedView:
    code, state, since, identification, identified_on, closed_at, version, victim, activity = row[2:]
    return {
        "code": code,
        "state": state,
        "state_since": since,
        "identification": identification,
        "first_identified_on": identified_on,
        "closed_at": closed_at,
        "version": version,
        "victim": victim,
        "state_label": STATES[state],
        "last_activity": activity,
    }


def _condition(actor: Actor, name: str, value: str) -> ColumnElement[bool]:
    if name in OWN_FILTERS:
        if value not in OWN_FILTERS[name]:
            raise Invalid("Revise el filtro.", errors=[unknown_code(name, OWN_FILTERS[name], "unknown")])
        return bool_column(TraffickingCase, name, value)
    field = FACE_FILTERS.get(name)
    if field is None:
        message = f"Se filtra por {', '.join([*OWN_FILTERS, *FACE_FILTERS])}."
        error = wrong("filter", "unknown", message)
        raise Invalid("No se puede filtrar por ese campo.", errors=[error])
    if not may_filter(actor, field):
        raise Forbidden(
            "Su función no puede filtrar por este campo.",
            errors=[wrong(name, "not-readable", "Su función no ve este campo.")],
        )
    if value not in (codes := code_list(str(field.codes))):
        raise Invalid("Revise el filtro.", errors=[unknown_code(name, codes.codes, "unknown")])
    return and_(given(actor, field.compartment), _face_is(field, value))


def bool_column(table: Any, name: str, value: str) -> ColumnElement[bool]:
    """`table.name = value`, typed."""
    condition: ColumnElement[bool] = getattr(table, name) == value
    return condition


def may_filter(actor: Actor, field: FieldSpec) -> bool:
    """Whether the role sees this field of everybody in its scope, and so may narrow a list by it."""
    level = policy().cell(actor.role, field.compartment).level
    if level is Level.FULL:
        return True
    return level in {Level.PARTIAL, Level.RESIDENT} and field.partial is Partial.SHOW


def _face_is(field: FieldSpec, value: str) -> ColumnElement[bool]:
    table: Any = _FACES[str(field.face)]
    same = [table.victim_id == TraffickingCase.victim_id]
    if table is Exploitation:
        same.append(Exploitation.case_id == TraffickingCase.id)
    return exists().where(*same, bool_column(table, field.name, value))


def _after(act: Act, activity: Any, cursor: str) -> ColumnElement[bool]:
    """What follows a cursor. Its case must still be in scope, which also keeps foreign codes useless."""
    moment, code = read_cursor(cursor, "CA")
    query = visible_cases(act.actor).where(TraffickingCase.code == code)
    row = act.session.execute(query.params(actor_params(act.actor))).first()
    if row is None:
        raise BadRequest("El cursor no es válido. Pida la lista desde el principio.")
    case_id, victim_id = row
    later_person = or_(
        TraffickingCase.victim_id > victim_id,
        and_(TraffickingCase.victim_id == victim_id, TraffickingCase.id > case_id),
    )
    return and_(activity <= moment, or_(activity < moment, later_person))


def _person(act: Act, stand: Standing, victim_id: int) -> CasePersonView | None:
    """Sex, age and nationality, which every partial view of the identity shows."""
    if stand.level(act.actor, "identity") not in OPENING:
        return None
    row = act.session.execute(
        select(Profile.sex, Profile.age_years, Profile.nationality).where(Profile.victim_id == victim_id)
    ).first()
    if row is None:
        return None
    person: CasePersonView = {}
    if row.sex is not None:
        person["sex"] = row.sex
    if row.age_years is not None:
        person["age_years"] = row.age_years
    if row.nationality is not None:
        person["nationality"] = row.nationality
    return person


def _exploitation(act: Act, stand: Standing, case_id: int, victim_id: int) -> ExploitationView | None:
    level = stand.level(act.actor, "legal")
    if level not in OPENING:
        return None
    columns = [getattr(Exploitation, field.name) for field in face_fields("exploitation")]
    row = act.session.execute(
        select(*columns).where(Exploitation.case_id == case_id, Exploitation.victim_id == victim_id)
    ).first()
    if row is None:
        return None
    data = {name: value for name, value in row._mapping.items() if value is not None}  # noqa: SLF001
    return cast("ExploitationView", partial_view("legal", data) if level is Level.PARTIAL else data)


def _previous(act: Act, case_id: int | None) -> str | None:
    if case_id is None:
        return None
    query = visible_cases(act.actor).add_columns(TraffickingCase.code).where(TraffickingCase.id == case_id)
    row = act.session.execute(query.params(actor_params(act.actor))).first()
    return row.code if row else None


def _transitions(act: Act, case_id: int, strand: Strand) -> list[CaseMoveView] | None:
    """The moves of the case, oldest first; None for roles that move none. `broken`: a lost note."""
    if not policy().permits(act.actor.role, Permission.CASES_TRANSITION):
        return None
    step = CaseTransition
    unit = func.ruv.transition_units(case_id).table_valued("id", "unit_code", "unit_name", name="behind")
    rows = act.session.execute(
        select(
            step.id, step.from_state, step.to_state, step.reason, step.sealed, step.key_version, step.at,
            unit.c.unit_code, unit.c.unit_name,
        )
        .join(unit, unit.c.id == step.id)
        .where(step.case_id == case_id, step.victim_id == strand.victim_id)
        .order_by(step.id)
    ).all()  # fmt: skip
    sealed = [SealedRow(row.id, row.key_version, row.sealed) for row in rows if row.sealed is not None]
    opened = open_rows_left(
        act, COORDINATION, strand, "case_transition", sealed,
        action="cases.read",
    ) if sealed else []  # fmt: skip
    texts = {row.row_id: text for row, text in zip(sealed, opened, strict=True) if text is not None}
    return [
        {
            "from": row.from_state,
            "to": row.to_state,
            "label": STATES[row.to_state],
            "reason": row.reason,
            "note": texts.get(row.id, {}).get("note"),
            "broken": row.sealed is not None and row.id not in texts,
            "at": row.at,
            "unit": {"code": row.unit_code, "name": row.unit_name},
        }
        for row in rows
    ]
