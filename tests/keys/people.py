"""Persons who are found again, and what the database holds of them."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from sqlalchemy import text

from app.access.act import Act
from app.access.actor import Actor
from app.matching import person_of
from app.postgres.names import OWNER
from app.runtime import Runtime
from app.services.matching.probing import probe
from tests.factories import World
from tests.scratch import past_policies


def name() -> str:
    """A name nobody else has."""
    return "".join(random.choice("BCDFGLMNPRST") + random.choice("AEIOU") for _ in range(5)).title()


def identity(**more: Any) -> dict[str, Any]:
    """Somebody with a document, two surnames and a birth date."""
    return {
        "given_names": name(),
        "first_surname": name(),
        "second_surname": name(),
        "birth_date": f"19{random.randrange(70, 99)}-0{random.randrange(1, 9)}-1{random.randrange(9)}",
        "documents": [{"type": "DNI", "number": str(random.randrange(10**7, 10**8))}],
        **more,
    }


def found(world: World, actor: Actor, who: dict[str, Any]) -> set[str]:
    """Codes by which the product recognises somebody."""
    with world.session(actor) as session:
        return {hit.code for hit in probe(Act(session, "registro"), person_of(who)) if hit.code}


def without_document(who: dict[str, Any]) -> dict[str, Any]:
    """The same person as an office knows her that saw no document."""
    return {name: value for name, value in who.items() if name != "documents"}


def owner_sees(runtime: Runtime, query: str) -> list[tuple[Any, ...]]:
    """Rows past row-level security: the guard's, as whom the owner may act."""
    with runtime.database.reporting(OWNER) as connection:
        connection.execute(text("SET LOCAL ROLE ruv_guard"))
        return [tuple(row) for row in connection.execute(text(query))]


def tokens_by_version(runtime: Runtime) -> Counter[int]:
    """How many tokens each version of the index key made."""
    query = "SELECT key_version, count(*) FROM victim_token GROUP BY key_version"
    return Counter(dict(owner_sees(runtime, query)))


def tamper(runtime: Runtime) -> None:
    """Alter one sealed identity, as only who holds the database itself could."""
    with past_policies(runtime) as connection:
        connection.execute(
            text(
                "UPDATE victim_blob SET sealed = set_byte(sealed, 30, (get_byte(sealed, 30) + 1) % 256)"
                " WHERE id = (SELECT max(id) FROM victim_blob WHERE compartment = 'identity')"
            )
        )


def lose(runtime: Runtime) -> None:
    """Take away the newest sealed identity, as only who holds the database itself could."""
    with past_policies(runtime) as connection:
        connection.execute(
            text(
                "DELETE FROM victim_blob"
                " WHERE id = (SELECT max(id) FROM victim_blob WHERE compartment = 'identity')"
            )
        )


def merge_rows(runtime: Runtime, kept: int, absorbed: int) -> None:
    """Hang one record's rows from another's person, as a merge does; its open case runs beside the other."""
    lead = "SELECT id FROM trafficking_case WHERE victim_id = :kept"
    statements = (
        f"UPDATE trafficking_case SET parallel_to = ({lead}) WHERE victim_id = :absorbed",  # noqa: S608
        "UPDATE victim SET merged_into = :kept WHERE id = :absorbed",
    )
    with past_policies(runtime) as connection:
        for statement in statements:
            connection.execute(text(statement), {"kept": kept, "absorbed": absorbed})
