"""The statistical faces of a person and of her current case: clear columns, read and written as fields."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.db import upsert_row
from app.errors import NotFound
from app.models import Exploitation, Profile
from app.records import Values
from app.services.victims import queries

TABLES = {"profile": Profile, "exploitation": Exploitation}


def stored(session: Session, victim_id: int, compartment: str) -> Values:
    """Known clear values of a compartment's face fields."""
    return {
        name: value
        for name, value in queries.face(session, victim_id, compartment).items()
        if value is not None
    }


def write(session: Session, victim_id: int, face: dict[str, Values]) -> None:
    """Write face columns: `profile` of the person, `exploitation` of her newest case in scope.

    Raises:
        NotFound: no case in scope.
    """
    for table, columns in face.items():
        row = {"victim_id": victim_id, **columns}
        if table == "exploitation":
            case_id = queries.newest_case(session, victim_id)
            if case_id is None:
                raise NotFound
            row = {"case_id": case_id, **row}
        upsert_row(session, TABLES[table], row)
