"""Everything that an actor may read of a person, kind of row by kind, as data."""

from __future__ import annotations

from app.access.act import Act
from app.errors import BrokenSeal
from app.records import COMPARTMENTS
from app.services.holdings.kinds import kinds
from app.services.holdings.views import ExportedRows, PersonData
from app.services.plans.told import codes_of
from app.services.rows.kinds import Asking
from app.services.rows.telling import View
from app.services.victims.queries import read


def person_data(act: Act, victim: str) -> PersonData:
    """A person's compartments and every kind of row about her, at the actor's level, each read recorded.

    Raises:
        NotFound: she is out of scope.
        Forbidden: the role reads no persons.
        Unavailable: a look cannot be recorded.
    """
    known = read(act, victim)
    asking = Asking(act, known["code"], [case["code"] for case in known["cases"]], codes_of(act, victim))
    rows: list[ExportedRows] = []
    broken = [*known["_broken"]]
    unread = [name for name in COMPARTMENTS if known["_access"].get(name) not in {"full", "partial"}]
    for kind in kinds():
        try:
            found, refused = asking.found(kind)
        except BrokenSeal:  # it is told; the rest goes out
            broken.append(kind.key)
            continue
        if refused:
            unread.append(kind.key)
        if found:
            items = [{"read_of": code, **_own(view)} for code, view in found]
            rows.append(
                {"kind": kind.key, "title": kind.title, "tables": sorted(kind.tables), "items": items}
            )
    return {
        "person": known["code"],
        "access": known["_access"],
        "compartments": known["compartments"],
        "broken": broken,
        "rows": rows,
        "unread": unread,
    }


def _own(view: View) -> dict[str, object]:
    """A row without what it was found in."""
    return {name: value for name, value in view.items() if name != "of"}
