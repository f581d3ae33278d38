"""Read a person's record part by part: which parts there are, opening none; one, for a reason; her alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.access.act import PROTECTION, Act
from app.access.actor import Actor
from app.access.guard import VictimRef, require, victim_in_scope
from app.access.opening import Filled, open_compartments, shown_record
from app.access.permissions import Permission
from app.access.policy import OPENING, Level, policy
from app.access.scope import given, visible_cases
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, unknown_code
from app.models import CompartmentHead, Profile, TraffickingCase
from app.records import COMPARTMENTS, Values, fields
from app.services.cases.queries import may_filter
from app.services.victims import queries
from app.services.victims.views import AgeAndSex

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {row["code"]: row["label_es"] for row in code_list("access_purpose").rows if row["asked"] == "SI"}
)
"""Why somebody looks, as those who look are asked; it stays in the trace of the look."""

ALERTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "protection": ("risk_level", "risk_assessed_on", "alerts", "reserved_identity"),
        "contact": ("safe_channel", "contact_restrictions"),
    }
)
"""What who works with a person must not overlook; each of them is shown even to who reads in part."""


@dataclass(frozen=True, slots=True)
class Part:
    """One compartment as the actor stands to it, unopened. `opens`: whether the actor may look into it."""

    name: str
    title: str
    level: Level
    opens: bool
    writes: bool
    filled: Filled | None


@dataclass(frozen=True, slots=True)
class Look:
    """One compartment, opened. `version`: to be sent with a change of it; 0 while it is empty.

    `broken`: it is filled and does not open; nothing may be written over it.
    """

    part: Part
    data: Values
    version: int
    broken: bool


def parts(act: Act, code: str) -> list[Part]:
    """The compartments of a person that exist for the actor, filled or not; none is opened.

    Raises:
        NotFound: no such person, or the actor has no part in any of her cases.
        Forbidden: the role reads no persons.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, code)
    filled = _filled(act.session, ref.victim_id)
    record(act, "victims.parts", victim_id=ref.victim_id, purpose=act.purpose)
    return [
        _part(act.actor, ref, name, filled.get(name))
        for name in COMPARTMENTS
        if ref.standing.level(act.actor, name) >= Level.EXISTS
    ]


def look(act: Act, code: str, compartment: str, *, reason: str) -> Look:
    """Open one compartment and nothing else; the trace tells which, and why.

    Raises:
        NotFound: person out of scope, or the compartment does not exist for this actor.
        Forbidden: the actor may only know that it is filled.
        Invalid: the reason is not one of `REASONS`.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, code)
    queries.readable_level(act.actor, ref.standing, compartment)
    check_reason(reason)
    opened = open_compartments(
        act.for_purpose(reason), ref.victim_id, ref.standing, names=[compartment],
        faces={compartment: queries.face(act.session, ref.victim_id, compartment)},
    )  # fmt: skip
    filled = opened.filled.get(compartment)
    return Look(
        _part(act.actor, ref, compartment, filled),
        opened.data.get(compartment, {}),
        filled.version if filled else 0,
        compartment in opened.broken,
    )


def check_reason(reason: str) -> None:
    """That a reason to look is one of `REASONS`.

    Raises:
        Invalid: it is not.
    """
    if reason not in REASONS:
        raise Invalid("Indique para qué necesita ver estos datos.", errors=[unknown_code("motivo", REASONS)])


def alerts(act: Act, code: str) -> Values:
    """Risk, alerts and how she may be contacted, as far as the actor opens the compartments they are in.

    `_broken` names those that do not open: what she must be protected from is in them, and not known.

    Raises:
        NotFound: no such person, or the actor has no part in any of her cases.
        Forbidden: the role reads no persons.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, code)
    names = [name for name in ALERTS if ref.standing.level(act.actor, name) in OPENING]
    if not names:
        return {}
    opened = open_compartments(
        act.for_purpose(PROTECTION), ref.victim_id, ref.standing, action="victims.alerts",
        names=names,
    )  # fmt: skip
    found = {
        field: opened.data[name][field]
        for name in names
        for field in ALERTS[name]
        if field in opened.data.get(name, {})
    }
    return {**found, "_broken": sorted(opened.broken)} if opened.broken else found


def ages(act: Act, cases: list[str]) -> dict[str, AgeAndSex]:
    """Age and sex by the code of each of these cases, where the actor may list everybody's.

    They are those that any reader of an identity sees; the list of cases is what is recorded.
    """
    shown = [fields("identity")[name] for name in ("age_years", "sex")]
    if not all(may_filter(act.actor, field) for field in shown):
        return {}
    rows = act.session.execute(
        select(TraffickingCase.code, Profile.age_years, Profile.sex)
        .join(Profile, Profile.victim_id == TraffickingCase.victim_id)
        .where(
            TraffickingCase.code.in_(cases),
            TraffickingCase.id.in_(visible_cases(act.actor).with_only_columns(TraffickingCase.id)),
            given(act.actor, "identity"),
        )
    )
    found: dict[str, AgeAndSex] = {row.code: {"age": row.age_years, "sex": row.sex} for row in rows}
    record(
        act, "cases.list", purpose=act.purpose, compartments=["identity"],
        fields=["age_years", "sex"], detail={"cases": sorted(found)},
    )  # fmt: skip
    return found


def _filled(session: Session, victim_id: int) -> dict[str, Filled]:
    """Of each filled compartment the strand that is shown; the database tells of those the actor knows."""
    head = CompartmentHead
    unit = func.ruv.head_units(victim_id).table_valued("compartment", "record_id", "unit_name", name="behind")
    rows = session.execute(
        select(
            head.compartment, head.record_id, head.version, head.filled_at, head.updated_at, unit.c.unit_name
        )
        .join(unit, and_(unit.c.compartment == head.compartment, unit.c.record_id == head.record_id))
        .where(head.victim_id == victim_id)
    ).all()  # fmt: skip
    strands: dict[str, dict[int, datetime]] = {}
    for row in rows:
        strands.setdefault(row.compartment, {})[row.record_id] = row.updated_at
    return {
        row.compartment: Filled(row.version, row.filled_at, row.updated_at, row.unit_name)
        for row in rows
        if row.record_id == shown_record(victim_id, strands[row.compartment])
    }


def _part(actor: Actor, ref: VictimRef, name: str, filled: Filled | None) -> Part:
    level = ref.standing.level(actor, name)
    writes = policy().permits(actor.role, Permission.VICTIMS_WRITE) and ref.standing.writes(actor, name)
    return Part(name, COMPARTMENTS[name].title_es, level, level in OPENING, writes, filled)
