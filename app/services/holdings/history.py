"""What was written of a person, and when: parts of her record and rows of a case, each by its title alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Text, cast, column, func, literal, null, select, union_all

from app.access.act import Act
from app.access.guard import require, victim_in_scope
from app.access.permissions import Permission
from app.access.policy import OPENING
from app.audit import record
from app.models import Base, TraffickingCase, VictimBlob
from app.records import COMPARTMENTS, rows
from app.services.holdings.kinds import kinds
from app.services.rows.kinds import Kind


@dataclass(frozen=True, slots=True)
class Writing:
    """That something was written: what it is called, as which version of it (0: a row), when, which unit."""

    title: str
    version: int
    at: datetime
    unit: str | None


def writings(act: Act, victim: str, case: str) -> list[Writing]:
    """When each part of a person's record and each row of one of her cases was written, newest first.

    Nothing is opened: of a part, and of rows, is told only to who opens the compartment it is sealed in.

    Raises:
        NotFound: no such person, or the actor has no part in any of her cases.
        Forbidden: the role reads no persons.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, victim)
    names = [name for name in COMPARTMENTS if ref.standing.level(act.actor, name) in OPENING]
    dated = [kind for kind in kinds() if kind.dated and _compartment(kind) in names]
    titles = {**{name: COMPARTMENTS[name].title_es for name in names}, **{k.key: k.title for k in dated}}
    statements = [_parts(ref.victim_id, names), *(_rows(kind, ref.victim_id, case) for kind in dated)]
    everything = union_all(*statements).order_by(
        column("at").desc(), column("what"), column("version").desc()
    )
    found = act.session.execute(everything)
    answer = [Writing(titles[row[0]], *row[1:]) for row in found]
    record(act, "victims.writings", victim_id=ref.victim_id, purpose=act.purpose)
    return answer


def _compartment(kind: Kind) -> str:
    return rows.ROWS[kind.shape.table].compartment


def _parts(victim_id: int, names: list[str]) -> Select[str, int, datetime, str]:
    blob = VictimBlob
    unit = (
        func.ruv.version_units(blob.victim_id, blob.record_id, blob.compartment)
        .table_valued("version", "unit_name", name="behind")
        .lateral()
    )
    return (
        select(blob.compartment.label("what"), blob.version, blob.created_at.label("at"), unit.c.unit_name)
        .join(unit, unit.c.version == blob.version)
        .where(blob.victim_id == victim_id, blob.compartment.in_(names))
    )


def _rows(kind: Kind, victim_id: int, case: str) -> Select[str, int, datetime, str]:
    table = Base.metadata.tables[kind.shape.table]
    of_case = select(TraffickingCase.id).where(TraffickingCase.code == case).scalar_subquery()
    return select(literal(kind.key), literal(0), table.c[kind.dated], cast(null(), Text)).where(
        table.c.victim_id == victim_id, table.c.case_id == of_case
    )
