"""Made-up persons with names no other test uses, and what the database keeps of them."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy import Engine

API = "/api/v1/victims"
_SYLLABLES = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in "aeiou"]


def somebody(seed: object) -> dict[str, Any]:
    """A full identity; the same seed, the same person."""
    draw = random.Random(str(seed))

    def name(parts: int) -> str:
        return "".join(draw.choice(_SYLLABLES) for _ in range(parts)).capitalize()

    return {
        "given_names": f"{name(3)} {name(4)}",
        "first_surname": name(4),
        "second_surname": name(5),
        "birth_date": f"{draw.randint(1985, 2008)}-{draw.randint(2, 12):02}-{draw.randint(13, 28)}",
        "birth_place": draw.choice(["080101", "160101", "170101"]),
        "documents": [{"type": "DNI", "number": f"{draw.randrange(10**8):08}"}],
    }


def without(identity: dict[str, Any], *names: str) -> dict[str, Any]:
    """The identity less some fields."""
    return {name: value for name, value in identity.items() if name not in names}


def registration(identity: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Body of `POST /victims`."""
    return {"compartments": {"identity": identity}, "first_identified_on": "2024-05-02", **more}


def candidates(admin: Engine, record_id: int) -> list[dict[str, Any]]:
    """Candidate pairs with the record, past every policy."""
    with admin.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT * FROM match_candidate WHERE %(r)s IN (victim_id, other_id) ORDER BY id", {"r": record_id}
        )
        return [dict(row) for row in rows.mappings()]


def record_of(admin: Engine, code: str) -> int:
    """Internal key behind a code."""
    with admin.connect() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT victim_id FROM victim_code WHERE code = %(c)s", {"c": code}
            ).scalar_one()
        )


def unit_name(admin: Engine, unit_id: int) -> str:
    """Name of a unit."""
    with admin.connect() as connection:
        return str(
            connection.exec_driver_sql("SELECT name FROM unit WHERE id = %(u)s", {"u": unit_id}).scalar_one()
        )
