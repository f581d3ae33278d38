"""Look-up tokens of a person under every index key in force: written with them, and looked for with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.matching import Person, tokens
from app.services.index_keys.keys import IndexKey


@dataclass(frozen=True, slots=True)
class Mark:
    """A token, of which fields it is, and the version of the index key that made it."""

    token: int
    kind: int
    key_version: int


def marks_of(keys: Iterable[IndexKey], person: Person) -> list[Mark]:
    """Every token of the person under these keys (`index_keys`): while the key rotates, under both.

    In ascending order under each: who rebuilds tokens writes them so too, and neither waits for the other.
    """
    return [
        Mark(token.value, int(token.kind), key.version)
        for key in keys
        for token in sorted(tokens(key.secret, person))
    ]


def mark_row(record_id: int, mark: Mark) -> dict[str, int]:
    """The row of `victim_token`."""
    return {
        "token": mark.token,
        "victim_id": record_id,
        "kind": mark.kind,
        "key_version": mark.key_version,
    }


def lock_tokens(session: Session, marks: Iterable[Mark]) -> None:
    """Make whoever registers with one of these tokens wait until this transaction ends.

    In ascending order, so that two who share several never wait for each other.
    """
    locks = "SELECT pg_advisory_xact_lock(t) FROM unnest(%(tokens)s::bigint[]) AS t"
    wanted = sorted({mark.token for mark in marks})
    session.connection().exec_driver_sql(locks, {"tokens": wanted})
