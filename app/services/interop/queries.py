"""What was imported already, and persons on their way out; both start from the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from app.access.act import Act
from app.access.actor import Actor
from app.access.opening import open_compartments
from app.access.policy import Level
from app.access.scope import actor_params, takes_part, visible_victims
from app.access.standing import Standing, standing_of
from app.models import (
    Exploitation,
    ImportRow,
    Participation,
    Profile,
    TraffickingCase,
    Victim,
    VictimCode,
)
from app.records import Partial, Values, face_fields, fields

_PROFILE = tuple(field.name for field in face_fields("profile"))
_EXPLOITATION = tuple(field.name for field in face_fields("exploitation"))
_CASE = ("code", "first_identified_on", "state")


def imported(act: Act, source: str, keys: Sequence[bytes]) -> dict[bytes, str | None]:
    """Which of these rows the actor's unit imported before, and the person's code if she is in scope."""
    wanted = bindparam("keys", list(keys), type_=ARRAY(BYTEA))
    rows = act.session.execute(
        select(ImportRow.row_key, VictimCode.code)
        .outerjoin(Victim, Victim.id == ImportRow.victim_id)
        .outerjoin(VictimCode, and_(VictimCode.victim_id == Victim.person_id, VictimCode.is_main()))
        .where(
            ImportRow.unit_id == act.actor.unit_id,
            ImportRow.source == source,
            ImportRow.row_key == any_(wanted),
        )
    )
    return {bytes(row.row_key): row.code for row in rows}


def codes_in_scope(act: Act, codes: Sequence[str]) -> set[str]:
    """Which of these public codes are of persons the actor sees."""
    if not codes:
        return set()
    return set(
        act.session.scalars(
            select(VictimCode.code).where(
                VictimCode.code.in_(codes), VictimCode.victim_id.in_(visible_victims(act.actor))
            )
        )
    )


@dataclass(frozen=True, slots=True)
class Person:
    """A person on her way out: what the actor reads whole of her, and her newest case."""

    victim_id: int
    code: str
    case_code: str
    state: str
    first_identified_on: date
    compartments: dict[str, Values]
    withheld: int
    """How many filled fields the actor sees only in part, or masked; those do not go out."""
    broken: int
    """How many compartments do not open."""


def keys_in_scope(act: Act) -> list[int]:
    """Internal keys of the persons the actor sees, in order of registration.

    All at once: asking for them page by page would go over the whole scope for each page.
    """
    return list(
        act.session.scalars(
            select(Victim.id).where(Victim.id.in_(visible_victims(act.actor))).order_by(Victim.id)
        )
    )


def codes_in_order(act: Act) -> list[str]:
    """Codes of the persons the actor sees, in order of registration."""
    return list(
        act.session.scalars(
            select(VictimCode.code)
            .where(VictimCode.victim_id.in_(visible_victims(act.actor)), VictimCode.is_main())
            .order_by(VictimCode.victim_id)
        )
    )


def persons(act: Act, keys: Sequence[int], *, names: Sequence[str]) -> list[Person]:
    """These persons, as far as they are still in scope; opening each is recorded as `interop.export`.

    Args:
        session: of the actor.
        actor: whose scope and levels hold.
        keys: internal keys.
        names: compartments wanted.
        purpose: why, for the trace.

    Raises:
        Unavailable: a look cannot be recorded.
    """
    grouped: dict[int, list[Any]] = {}
    for row in _rows(act, keys):
        grouped.setdefault(row[2], []).append(row)
    return [_person(act, rows, names) for rows in grouped.values()]


def _rows(act: Act, keys: Sequence[int]) -> Sequence[Any]:
    case, part = TraffickingCase, Participation
    return act.session.execute(
        select(
            part.compartments,
            part.housed,
            part.victim_id,
            VictimCode.code,
            *(getattr(case, name) for name in _CASE),
            *(getattr(Profile, name) for name in _PROFILE),
            *(getattr(Exploitation, name) for name in _EXPLOITATION),
        )
        .join(VictimCode, and_(VictimCode.victim_id == part.victim_id, VictimCode.is_main()))
        .join(case, and_(case.id == part.case_id, case.victim_id == part.victim_id))
        .outerjoin(Profile, Profile.victim_id == part.victim_id)
        .outerjoin(
            Exploitation,
            and_(Exploitation.case_id == part.case_id, Exploitation.victim_id == part.victim_id),
        )
        .where(part.victim_id.in_(keys), takes_part(unit_wide=act.actor.unit_wide))
        .order_by(part.victim_id, case.opened_at.desc(), case.id.desc()),
        actor_params(act.actor),
    ).all()


_PROFILE_AT = 4 + len(_CASE)
_EXPLOITATION_AT = _PROFILE_AT + len(_PROFILE)


def _person(act: Act, rows: list[Any], names: Sequence[str]) -> Person:
    first = rows[0]
    stand = standing_of(rows)
    faces = {
        "identity": dict(zip(_PROFILE, first[_PROFILE_AT:_EXPLOITATION_AT], strict=True)),
        "legal": dict(zip(_EXPLOITATION, first[_EXPLOITATION_AT:], strict=True)),
    }
    opened = open_compartments(act, first[2], stand, action="interop.export", names=names, faces=faces)
    whole = {name: _whole(act.actor, stand, name, data) for name, data in opened.data.items()}
    withheld = sum(len(data) - len(whole[name]) for name, data in opened.data.items())
    broken = len(opened.broken)
    code, identified, state = first[4:_PROFILE_AT]
    return Person(first[2], first[3], code, state, identified, whole, withheld, broken)


def _whole(actor: Actor, stand: Standing, compartment: str, data: Values) -> Values:
    """Only values the actor sees as they are: initials, masks and counts are no data to pass on."""
    if stand.level(actor, compartment) is not Level.PARTIAL:
        return data
    specs = fields(compartment)
    return {name: value for name, value in data.items() if specs[name].partial is Partial.SHOW}
