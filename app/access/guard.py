"""From a public code to a row in scope, and what the actor may do there: 404 out of scope, 403 in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.access.scope import actor_params, visible_cases
from app.access.sealing import Strand
from app.access.standing import Standing, standing
from app.codes import parse_code
from app.db import Prepared
from app.errors import Forbidden, NotFound, wrong
from app.models import TraffickingCase, VictimCode
from app.records import FieldSpec, Partial, fields
from app.records.errors import FieldError
from app.records.rows import ROWS, row_fields

_VICTIM = Prepared.of(
    select(VictimCode.victim_id, VictimCode.record_id).where(VictimCode.code == bindparam("code"))
)


@dataclass(frozen=True, slots=True)
class VictimRef:
    """A person in scope and the actor's standing to her. `record_id`: the record whose code was given."""

    victim_id: int
    record_id: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case in scope."""

    case_id: int
    victim_id: int
    record_id: int
    code: str
    version: int

    @property
    def strand(self) -> Strand:
        """Under which record the case's texts are sealed."""
        return Strand(self.victim_id, self.record_id)


def require(actor: Actor, *permissions: Permission) -> None:
    """Refuse an actor whose role holds none of the permissions.

    Raises:
        Forbidden: it does not.
    """
    if not any(policy().permits(actor.role, permission) for permission in permissions):
        raise Forbidden("Su función no permite esta operación.")


def canonical(code: str, prefix: str) -> str:
    """The canonical spelling of a public code.

    Raises:
        NotFound: it is no such code, which answers the same as one that does not exist.
    """
    try:
        return parse_code(code, prefix)
    except ValueError:
        raise NotFound from None


def victim_in_scope(act: Act, code: str) -> VictimRef:
    """The person behind a code, her own or that of a record merged into hers.

    Raises:
        NotFound: no such person, or the actor has no part in any of her cases.
    """
    code = canonical(code, "TP")
    rows = _VICTIM.all(act.session, code=code)
    stand = standing(act, rows[0][0]) if rows else None
    if stand is None:
        raise NotFound
    return VictimRef(rows[0][0], rows[0][1], stand)


def case_in_scope(act: Act, code: str) -> CaseRef:
    """The case behind a code.

    Raises:
        NotFound: no such case, or the actor has no part in it.
    """
    code = canonical(code, "CA")
    row = act.session.execute(
        visible_cases(act.actor)
        .add_columns(TraffickingCase.record_id, TraffickingCase.version)
        .where(TraffickingCase.code == code)
        .params(actor_params(act.actor))
    ).first()
    if row is None:
        raise NotFound
    return CaseRef(row[0], row[1], row[2], code, row[3])


def check_writable(actor: Actor, stand: Standing, compartment: str, names: set[str]) -> None:
    """Refuse a write to fields the actor may not write, naming each of them.

    Who reads a compartment in part may write the fields it sees whole, no others.

    Raises:
        NotFound: the compartment does not exist for this actor and person.
        Forbidden: `errors` names the fields.
    """
    _refuse_unwritable(actor, stand, compartment, names, fields(compartment))


def check_row_writable(actor: Actor, stand: Standing, table: str, names: set[str]) -> None:
    """`check_writable`, for the fields of a table's row (`app.records.rows`).

    Raises:
        NotFound, Forbidden: as `check_writable`.
    """
    known = row_fields(table)
    _refuse_unwritable(actor, stand, ROWS[table].compartment, names, known)


def _refuse_unwritable(
    actor: Actor, stand: Standing, compartment: str, names: set[str], known: Mapping[str, FieldSpec]
) -> None:
    level = stand.level(actor, compartment)
    if level in {Level.NONE, Level.AGGREGATE}:
        raise NotFound
    if not stand.writes(actor, compartment):
        refused = names & set(known) or {"?"}
    elif level is Level.PARTIAL:
        refused = {n for n in names if n in known and known[n].partial is not Partial.SHOW}
    else:
        refused = set()
    if refused:
        errors: list[FieldError] = [
            wrong(name, "not-writable", "Su función no puede escribir este campo.")
            for name in sorted(refused)
        ]
        raise Forbidden("Su función no puede escribir en estos campos.", errors=errors)
