"""On what basis a unit is added to a case: which mandate fits, what it opens, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.mandates import Mandate, mandates
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.told import BY_MANDATE
from app.errors import REVIEW, Forbidden, Invalid, refusal, unknown_code, wrong
from app.models import ProtectionMeasure, Unit
from app.records.rows.cases import MandateRow
from app.services.cases.rows import childs_case, openable, presumed_child
from app.services.consents.covering import covering
from app.services.consents.refused import check_part
from app.services.notices.service import notify
from app.states import Basis, MandateEnd, MandateFor, MeasureState

TABLE: Final = "participation"
MANDATED_KINDS: Final = frozenset().union(*(one.unit_kinds for one in mandates().values() if one.added_by))
"""Kinds of unit that some law brings in. Every other one is asked by referral: a shelter agrees to take her
in, a health centre to see her, and a consulate hears of nobody who does not want it (Convención de Viena,
art. 36).
"""
_OFFICERS = "SELECT unit_id, user_id FROM ruv.protection_officers(%(case)s)"
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A unit to add. `basis` is a code of the mandates; `reason` is free text and is stored sealed.

    `compartments` narrows what the mandate opens. `consent`, `measure`: codes of what the basis rests on,
    where it rests on one (the only measure in force, if not said).
    """

    unit: str
    basis: str
    reason: str = field(repr=False)
    compartments: Sequence[str] | None = None
    consent: str | None = None
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class MandatedPart:
    """A unit's part in a case by mandate, to be written: what was said of it, and its other columns."""

    row: MandateRow
    unit_id: int
    compartments: list[str] | None
    consent_id: int | None
    measure_id: int | None

    @property
    def columns(self) -> dict[str, object]:
        """What the row itself does not say."""
        return {
            "unit_id": self.unit_id,
            "basis": Basis.MANDATE,
            "population": 1,
            "compartments": self.compartments,
            "consent_id": self.consent_id,
            "measure_id": self.measure_id,
        }


def fitting(act: Act, case_code: str) -> list[Mandate]:
    """Mandates by which the actor's unit may add another one to this case.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role brings in nobody.
    """
    require(act.actor, Permission.PARTICIPATIONS_ADD)
    return _fitting(act, case_in_scope(act, case_code))


def mandated_units(act: Act, department: str, kinds: Iterable[str]) -> list[tuple[str, str]]:
    """Units of a department of these kinds, as (code, name), by name; not the actor's own.

    Raises:
        Forbidden: the role brings in nobody.
    """
    require(act.actor, Permission.PARTICIPATIONS_ADD)
    query = (
        select(Unit.code, Unit.name)
        .where(Unit.kind.in_(list(kinds)), Unit.department == department, Unit.id != act.actor.unit_id)
        .order_by(Unit.name)
        .limit(_MOST)
    )
    return [(row.code, row.name) for row in act.session.execute(query)]


def part_by_mandate(act: Act, ref: CaseRef, wanted: Wanted) -> MandatedPart:
    """A participation by mandate, as it may be written.

    Raises:
        Invalid: unknown or own unit, one that takes part by referral only, a basis that does not fit, nothing
            to share, no consent or measure where the basis rests on one; the field is named.
        Forbidden: more than the basis opens, or than the actor may open itself (each named).
        Conflict: the person does not want this unit to have it (each compartment named).
    """
    unit = _unit(act, wanted.unit)
    basis = _basis(act, ref, unit.kind, wanted.basis)
    shared = _given(act, ref, basis, wanted.compartments)
    parts = list(basis.compartments) if shared is None else shared
    if not basis.overrides:
        check_part(act.session, ref, unit.id, parts)
    return MandatedPart(
        MandateRow(mandate=basis.code, reason=wanted.reason),
        unit.id,
        shared,
        _consent(act.session, ref, basis, wanted.consent, unit.id, parts),
        _measure(act.session, ref, basis, wanted.measure),
    )


def tell_protection_officers(session: Session, ref: CaseRef) -> int:
    """Tell the data protection officers of who answers for her that a unit was added; how many were told."""
    officers = session.connection().exec_driver_sql(_OFFICERS, {"case": ref.case_id}).all()
    for one in officers:
        notify(
            session, BY_MANDATE, unit_id=one.unit_id, user_id=one.user_id, subject_code=ref.code,
            victim_id=ref.victim_id, case_id=ref.case_id,
        )  # fmt: skip
    return len(officers)


def _fitting(act: Act, ref: CaseRef) -> list[Mandate]:
    giver = act.session.scalar(select(Unit.kind).where(Unit.id == act.actor.unit_id)) or ""
    child = presumed_child(act.session, ref.victim_id, ref.case_id)
    about = {MandateFor.CHILDREN: childs_case(act.session, ref.victim_id), MandateFor.ADULTS: not child}
    populations = frozenset(name for name, is_hers in about.items() if is_hers)
    return [one for one in mandates().values() if one.fits(giver, populations)]


def _unit(act: Act, code: str) -> Any:
    unit = act.session.execute(select(Unit.id, Unit.kind).where(Unit.code == code)).first()
    if unit is None:
        raise refusal("unit", "unknown", "No existe esa unidad.")
    if unit.id == act.actor.unit_id:
        raise refusal("unit", "own-unit", "Su unidad ya participa en el caso.")
    if unit.kind not in MANDATED_KINDS:
        raise refusal("unit", "by-referral-only", "A esa unidad se llega solo con una derivación.")
    return unit


def _basis(act: Act, ref: CaseRef, kind: str, code: str) -> Mandate:
    """The mandate behind a code, if it brings this kind of unit into this case by the actor's unit."""
    usable = _fitting(act, ref)
    fit = [one for one in usable if kind in one.unit_kinds]
    if found := next((one for one in fit if one.code == code), None):
        return found
    known = mandates().get(code)
    would = [one.code for one in fit]
    way_out = "Elija otra." if would else "Ninguna la incorpora aquí: derive el caso."
    if known is None or not known.added_by:
        raise refusal("basis", "unknown", f"No existe esa base. {way_out}", would)
    if kind not in known.unit_kinds:
        raise refusal("basis", "other-kind", f"Esa base no incorpora a esa clase de unidad. {way_out}", would)
    raise refusal(
        "basis", "not-for-her", f"Esa base no es para esta persona o para su unidad. {way_out}", would
    )


def _given(act: Act, ref: CaseRef, basis: Mandate, wanted: Sequence[str] | None) -> list[str] | None:
    """What the unit is given: what the basis opens, of that what its law opens or the actor sees itself.

    None is all that its roles may see.
    """
    if not set(wanted or ()) <= set(policy().compartments):
        raise Invalid(REVIEW, errors=[unknown_code("compartments", policy().compartments, "unknown")])
    if wanted is None and basis.whole:
        return None
    seen = openable(act, ref.victim_id) | basis.beyond
    names = set(basis.compartments) & seen if wanted is None else set(wanted)
    errors = [
        wrong(f"compartments.{name}", "not-in-basis", "Esa base no abre esta parte.")
        for name in sorted(names - set(basis.compartments))
    ] + [
        wrong(f"compartments.{name}", "not-readable", "Su función o su unidad no ve esta parte.")
        for name in sorted(names & set(basis.compartments) - seen)
    ]
    if errors:
        raise Forbidden("No puede dar lo que la base no abre ni lo que su unidad no ve.", errors=errors)
    if not names:
        raise refusal("compartments", "empty", "Indique al menos un compartimento que compartir.")
    return sorted(names)


def _consent(
    session: Session, ref: CaseRef, basis: Mandate, code: str | None, unit_id: int, shared: list[str]
) -> int | None:
    if basis.needs_consent:
        return covering(session, ref, code, to_unit_id=unit_id, compartments=shared)
    if code is not None:
        raise refusal("consent", "not-needed", "Esa base no se apoya en un consentimiento: quítelo.")
    return None


def _measure(session: Session, ref: CaseRef, basis: Mandate, code: str | None) -> int | None:
    """The measure in force that the basis rests on: the one that is named, or the only one there is."""
    if basis.ends_with != MandateEnd.MEASURE:
        if code is not None:
            raise refusal("measure", "not-needed", "Esa base no se apoya en una medida: quítela.")
        return None
    table = ProtectionMeasure
    query = select(table.id).where(
        table.victim_id == ref.victim_id, table.case_id == ref.case_id, table.state == MeasureState.IN_FORCE
    )
    found = list(session.scalars(query if code is None else query.where(table.code == code)))
    if len(found) != 1:
        message = "Indique la medida de protección vigente en que se apoya (MP-…); si no hay, regístrela."
        raise refusal("measure", "missing" if code is None else "unknown", message)
    return int(found[0])
