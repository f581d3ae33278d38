"""Export the persons in an actor's scope: under HTCDS names, or with every kind of row about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.catalogues import code_list
from app.db import Database
from app.errors import Forbidden, NotFound
from app.records import htcds_fields
from app.services.denials import record_denial
from app.services.holdings.exporting import person_data
from app.services.holdings.views import PersonData
from app.services.interop.htcds import CASE, IDENTIFIED, PERSON, STATUS, cells_out
from app.services.interop.queries import Person, codes_in_order, keys_in_scope, persons

BATCH = 200
PURPOSE = "intercambio"


@dataclass(slots=True)
class Exported:
    """Counts of an export: persons, fields seen in part, parts that do not open, values without a name."""

    persons: int = 0
    withheld: int = 0
    broken: int = 0
    without_counterpart: Counter[str] = field(default_factory=Counter)


def export_htcds(
    database: Database, actor: Actor, counts: Exported, *, batch: int = BATCH
) -> Iterator[dict[str, str]]:
    """The persons in scope as HTCDS cells, in order of registration.

    A batch is given out only after its trace is stored. `counts` grows on the way.

    Raises:
        Forbidden: the role reads no persons (recorded).
        Unavailable: a look cannot be recorded.
    """
    _allow(database, actor, "ruv export htcds")
    names = sorted({spec.compartment for spec in htcds_fields().values()})
    with database.session(actor) as session:
        keys = keys_in_scope(Act(session, CARE))
    for at in range(0, len(keys), batch):
        with database.session(actor) as session:
            found = persons(Act(session, PURPOSE), keys[at : at + batch], names=names)
        for person in found:
            yield _cells(person, counts)


def _cells(person: Person, counts: Exported) -> dict[str, str]:
    cells, lost = cells_out(person.compartments)
    counts.persons += 1
    counts.withheld += person.withheld
    counts.broken += person.broken
    counts.without_counterpart.update(lost)
    return {
        PERSON: person.code,
        CASE: person.case_code,
        IDENTIFIED: person.first_identified_on.isoformat(),
        STATUS: code_list("case_state").htcds(person.state) or "",
        **cells,
    }


def export_persons(database: Database, actor: Actor) -> Iterator[PersonData]:
    """The persons in scope with every kind of row about them that the actor reads, in order of registration.

    Each is given out only after her trace is stored.

    Raises:
        Forbidden: the role reads no persons (recorded).
        Unavailable: a look cannot be recorded.
    """
    _allow(database, actor, "ruv export personas")
    with database.session(actor) as session:
        codes = codes_in_order(Act(session, CARE))
    for code in codes:
        with database.session(actor) as session:
            try:
                found = person_data(Act(session, PURPOSE), code)
            except NotFound:  # she went out of scope meanwhile
                continue
        yield found


def _allow(database: Database, actor: Actor, route: str) -> None:
    try:
        require(actor, Permission.VICTIMS_READ)
    except Forbidden:
        record_denial(database, actor, route=route, status=403, fields=(), code=None, action=Forbidden.action)
        raise
