"""Read persons: the record as one actor may see it, its history, and who looked at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import VictimRef, canonical, require, victim_in_scope
from app.access.opening import Opened, open_compartments, open_versions, shown_record
from app.access.permissions import Permission
from app.access.policy import OPENING, Level, policy
from app.access.scope import actor_params, takes_part
from app.access.sealing import Strand
from app.access.standing import Standing, standing_of
from app.audit import is_genuine, record, words_of
from app.db import Prepared, vault_of
from app.errors import BadRequest, Forbidden, NotFound
from app.models import (
    CompartmentHead,
    Exploitation,
    Participation,
    Profile,
    TraffickingCase,
    VictimCode,
)
from app.records import COMPARTMENTS, Values, face_fields
from app.services.paging import WRONG_CURSOR
from app.services.victims.views import (
    LEVEL_NAMES,
    CompartmentVersionView,
    LookView,
    PresentedView,
    RecordCaseView,
    RecordView,
)
from app.services.views import Listing
from app.vault.numbers import hide_number, shown_number

_PROFILE = [f.name for f in face_fields("profile")]
_EXPLOITATION = [f.name for f in face_fields("exploitation")]
_CASE = ("code", "state", "state_since", "identification", "first_identified_on", "closed_at")


def _record_statement(*, unit_wide: bool) -> Prepared:
    """One row a participation and case: standing, case and faces in one round trip."""
    case, part = TraffickingCase, Participation
    return Prepared.of(
        select(
            part.compartments,
            part.housed,
            VictimCode.victim_id,
            VictimCode.record_id,
            case.id,
            case.record_id,
            *(getattr(case, name) for name in _CASE),
            *(getattr(Profile, name) for name in _PROFILE),
            *(getattr(Exploitation, name) for name in _EXPLOITATION),
        )
        .join(part, part.victim_id == VictimCode.victim_id)
        .join(case, and_(case.id == part.case_id, case.victim_id == part.victim_id))
        .outerjoin(Profile, Profile.victim_id == part.victim_id)
        .outerjoin(
            Exploitation,
            and_(Exploitation.case_id == part.case_id, Exploitation.victim_id == part.victim_id),
        )
        .where(VictimCode.code == bindparam("code"), takes_part(unit_wide=unit_wide))
        .order_by(case.opened_at.desc(), case.id.desc())
    )


_RECORD = {wide: _record_statement(unit_wide=wide) for wide in (True, False)}
_FACES_AT = 6 + len(_CASE)
_ACCESS_LOG = "SELECT * FROM ruv.access_log(%(victim)s, %(before)s, %(most)s)"
LOOKS = 100
"""Looks in one answer of the access log."""
_ALTERED = "Anotación que no supera la verificación: avise al Oficial de Datos Personales"


def read(act: Act, code: str) -> RecordView:
    """The person's record as this actor may see it, with `_access`: the level of each compartment.

    Any of her codes finds her; the answer names her own. `merged_records`: records merged into hers of which
    the actor sees something, and which compartments they filled too; `history` under their codes shows those.

    Raises:
        NotFound: no such person, or the actor has no part in any of her cases.
        Forbidden: the role reads no persons.
        Unavailable: the look cannot be recorded.
    """
    require(act.actor, Permission.VICTIMS_READ)
    code = canonical(code, "TP")
    rows = _RECORD[act.actor.unit_wide].all(act.session, code=code, **actor_params(act.actor))
    if not rows:
        raise NotFound
    stand = standing_of(rows)
    faces = {
        "identity": dict(zip(_PROFILE, rows[0][_FACES_AT : _FACES_AT + len(_PROFILE)], strict=True)),
        "legal": dict(zip(_EXPLOITATION, rows[0][_FACES_AT + len(_PROFILE) :], strict=True)),
    }
    victim_id = rows[0][2]
    opened = open_compartments(act, victim_id, stand, faces=faces)
    cases = {row[4]: _case(row[6:_FACES_AT]) for row in rows}
    merged = {rows[0][3], *(row[5] for row in rows), *opened.not_shown} - {victim_id}
    codes = _codes(act.session, victim_id, merged) if merged else {victim_id: code}
    return {
        "code": codes[victim_id],
        "cases": list(cases.values()),
        **presented(opened),
        "merged_records": [
            {"code": codes[record], "compartments": sorted(opened.not_shown.get(record, ()))}
            for record in sorted(merged)
        ],
    }


def _case(row: Sequence[Any]) -> RecordCaseView:
    """A case from its columns (`_CASE`)."""
    code, state, since, identification, first, closed = row
    return {
        "code": code,
        "state": state,
        "state_since": since,
        "identification": identification,
        "first_identified_on": first,
        "closed_at": closed,
    }


def _codes(session: Session, victim_id: int, records: set[int]) -> dict[int, str]:
    """The person's own code and those of these records of hers."""
    rows = session.execute(
        select(VictimCode.record_id, VictimCode.code).where(
            VictimCode.victim_id == victim_id, VictimCode.record_id.in_({victim_id, *records})
        )
    )
    return {row.record_id: row.code for row in rows}


def presented(opened: Opened) -> PresentedView:
    """Compartments, their versions, `_access`, and which are filled but do not open (`_broken`)."""
    return {
        "compartments": opened.data,
        "filled": {
            name: {
                "version": f.version,
                "since": f.since,
                "updated_at": f.updated_at,
                "unit": f.unit,
            }
            for name, f in opened.filled.items()
        },
        "_access": {name: LEVEL_NAMES[level] for name, level in opened.levels.items()},
        "_broken": sorted(opened.broken),
    }


def history(act: Act, code: str, compartment: str) -> list[CompartmentVersionView]:
    """Every version of one compartment, newest first, under the actor's level of it.

    Of a person of several records, the strand that is shown; under a merged record's code, that record's.

    Raises:
        NotFound: person out of scope, or the compartment does not exist for this actor.
        Forbidden: the actor may only know that it is filled.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, code)
    level = readable_level(act.actor, ref.standing, compartment)
    strand = _strand_under(act.session, ref, compartment)
    record_code = act.session.scalars(
        select(VictimCode.code).where(
            VictimCode.victim_id == strand.victim_id, VictimCode.record_id == strand.record_id
        )
    ).one()
    versions = open_versions(act, strand, compartment, level)
    return [
        {
            "version": v.version,
            "record": record_code,
            "at": v.created_at,
            "unit": v.unit,
            "data": v.data,
            "broken": v.broken,
        }
        for v in versions
    ]


def _strand_under(session: Session, ref: VictimRef, compartment: str) -> Strand:
    """The strand the code given stands for: a merged record's own if it filled one, else the one shown."""
    filled = _strands(session, ref.victim_id, compartment)
    if not filled or (ref.record_id != ref.victim_id and ref.record_id in filled):
        return Strand(ref.victim_id, ref.record_id)
    return Strand(ref.victim_id, shown_record(ref.victim_id, filled))


def readable_level(actor: Actor, stand: Standing, compartment: str) -> Level:
    """The level at which the actor opens a compartment.

    Raises:
        NotFound: it does not exist for this actor and person.
        Forbidden: the actor may only know that it is filled.
    """
    level = stand.level(actor, compartment) if compartment in COMPARTMENTS else Level.NONE
    if level in {Level.NONE, Level.AGGREGATE}:
        raise NotFound
    if level not in OPENING:
        raise Forbidden("Solo puede saber que esta parte del registro existe.")
    return level


def access_log(act: Act, code: str, *, before: str | None = None, limit: int = LOOKS) -> Listing[LookView]:
    """Who looked at this person's data: when, from which unit, what, why; newest first, a page of it.

    The cursor hides the number of the last look of the page: numbers count the trace of the whole register.

    The database tells of each event what the actor may know: no compartment that does not exist for it, and
    no look at nothing but such; which shelter looked is reserved. An event whose MAC does not fit shows as
    such and says nothing else.

    Raises:
        NotFound: out of scope.
        Forbidden: the role may not see it.
        BadRequest: the cursor is not one of this person's list.
    """
    require(act.actor, Permission.VICTIMS_ACCESS_LOG)
    ref: VictimRef = victim_in_scope(act, code)
    key, place = vault_of(act.session).secret("audit"), f"access-log {ref.victim_id}"
    last = None if before is None else _look_before(key, place, before)
    asked = {"victim": ref.victim_id, "before": last, "most": limit + 1}
    rows = act.session.connection().exec_driver_sql(_ACCESS_LOG, asked).all()
    page = rows[:limit]
    record(act, "victims.access-log", victim_id=ref.victim_id, purpose="rendicion-de-cuentas")
    return {
        "items": [_log_entry(row, genuine=is_genuine(key, row.digest, row.mac)) for row in page],
        "next": hide_number(key, place, page[-1].id) if len(rows) > limit else None,
    }


def _look_before(key: bytes, place: str, cursor: str) -> int:
    try:
        return shown_number(key, place, cursor)
    except ValueError:
        raise BadRequest(WRONG_CURSOR) from None


def _log_entry(row: Any, *, genuine: bool) -> LookView:
    if not genuine:
        return {
            "unit": None,
            "role": None,
            "action": None,
            "purpose": None,
            "at": row.at,
            "text": _ALTERED,
            "outcome": "altered",
            "compartments": [],
        }
    role = policy().roles.get(row.role)
    return {
        "at": row.at,
        "unit": row.unit_name,
        "role": role.label if role else None,
        "action": row.action,
        "text": words_of(row.action),
        "outcome": row.outcome,
        "compartments": [COMPARTMENTS[name].title_es for name in row.compartments if name in COMPARTMENTS],
        "purpose": row.purpose,
    }


def newest_case(session: Session, victim_id: int) -> int | None:
    """Key of the person's newest case the bound actor sees."""
    query = select(TraffickingCase.id).where(TraffickingCase.victim_id == victim_id)
    return session.scalar(
        query.order_by(TraffickingCase.opened_at.desc(), TraffickingCase.id.desc()).limit(1)
    )


def identified_on(session: Session, victim_id: int) -> date | None:
    """The day the person was first identified in her newest case the bound actor sees."""
    return session.scalar(
        select(TraffickingCase.first_identified_on)
        .where(TraffickingCase.victim_id == victim_id)
        .order_by(TraffickingCase.opened_at.desc(), TraffickingCase.id.desc())
        .limit(1)
    )


def face(session: Session, victim_id: int, compartment: str) -> Values:
    """Clear values of the compartment's face fields: of the person, or of her newest case."""
    if compartment == "identity":
        query = select(*(getattr(Profile, name) for name in _PROFILE)).where(Profile.victim_id == victim_id)
    elif compartment == "legal":
        query = select(*(getattr(Exploitation, name) for name in _EXPLOITATION)).where(
            Exploitation.victim_id == victim_id, Exploitation.case_id == newest_case(session, victim_id)
        )
    else:
        return {}
    row = session.execute(query).mappings().first()
    return dict(row) if row else {}


def shown_strand(session: Session, victim_id: int, compartment: str) -> Strand | None:
    """The strand of a compartment that is shown; None where no record of the person filled it."""
    filled = _strands(session, victim_id, compartment)
    return Strand(victim_id, shown_record(victim_id, filled)) if filled else None


def strands_of(session: Session, victim_id: int, compartment: str) -> list[Strand]:
    """Every strand of a compartment, shown or not: one a record of the person that filled it."""
    return [Strand(victim_id, record_id) for record_id in _strands(session, victim_id, compartment)]


def held_version(session: Session, strand: Strand, compartment: str) -> int | None:
    """The version a strand of a compartment is at, which nobody else changes until the transaction ends."""
    return session.scalar(
        select(CompartmentHead.version)
        .where(
            CompartmentHead.victim_id == strand.victim_id,
            CompartmentHead.record_id == strand.record_id,
            CompartmentHead.compartment == compartment,
        )
        .with_for_update()
    )


def _strands(session: Session, victim_id: int, compartment: str) -> dict[int, datetime]:
    """Records of the person that filled the compartment, and when each was written last."""
    rows = session.execute(
        select(CompartmentHead.record_id, CompartmentHead.updated_at).where(
            CompartmentHead.victim_id == victim_id, CompartmentHead.compartment == compartment
        )
    )
    return {row.record_id: row.updated_at for row in rows}


def visible_victim(act: Act, code: str) -> int | None:
    """Key of the person behind a code, if she is in the actor's scope."""
    try:
        return victim_in_scope(act, code).victim_id
    except NotFound:
        return None
