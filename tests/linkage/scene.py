"""A person registered by one unit, and a file of another that tells of her."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine

from app.access.actor import Actor
from app.services.interop.importing import begin
from app.services.interop.linking import Linked, link
from app.services.interop.outcomes import Outcome
from app.services.victims.registration import Registered
from tests.factories import World
from tests.interop.files import HTCDS, htcds_file, load

WHEN = {"ruv_FirstIdentifiedOn": "2024-05-02"}
_SYLLABLES = (
    "Cha", "Que", "Lla", "Mi", "Tor", "Yu", "Pan", "Sol", "Ri", "Ve", "Hua", "Can", "Ño", "Tra", "Ble", "Dor",
)  # fmt: skip


def somebody() -> dict[str, Any]:
    """A person nobody else in the tests is."""
    digits = [int(c, 16) for c in secrets.token_hex(6)]
    words = ["".join(_SYLLABLES[d] for d in digits[at::3]).capitalize() for at in range(3)]
    day = 1 + digits[0] % 27
    return {
        "given_names": words[0],
        "first_surname": words[1],
        "second_surname": words[2],
        "birth_date": f"{1985 + digits[1]}-{1 + digits[2] % 11:02d}-{day + 1 if day == 1 else day:02d}",
    }


def as_row(person: dict[str, Any], *, number: str | None = None) -> dict[str, str]:
    """The person as a row of a file."""
    row = {
        **WHEN,
        "prs_FirstName": person["given_names"],
        "prs_SecondName": f"{person['first_surname']} {person['second_surname']}",
        "prs_Birthdate": person["birth_date"],
    }
    return {**row, "prs_IdentityNumber": f"[DNI PE] {number}"} if number else row


@dataclass
class Done:
    linked: Linked
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def results(self) -> dict[str, int]:
        return {name: times for name, times in self.linked.results.items() if times}


def compared(world: World, actor: Actor, path: Path, *, batch: int = 50) -> Done:
    done = Done(Linked(begin(path, HTCDS).rows))
    link(world.runtime.database, actor, path, HTCDS, done.linked, done=done.outcomes.extend, batch=batch)
    return done


@dataclass
class Scene:
    """A person registered by another unit, and an officer whose file tells of her under the same name."""

    world: World
    owner: Engine
    registrar: Actor
    officer: Actor
    person: dict[str, Any]
    registered: Registered

    def candidates(self) -> list[Any]:
        with self.owner.connect() as connection:
            return list(
                connection.execute(
                    text("SELECT * FROM match_candidate WHERE found_unit_id = :u ORDER BY id"),
                    {"u": self.officer.unit_id},
                )
            )

    def counts(self) -> tuple[int, int]:
        """Persons the officer's unit registered, and rows it imported."""
        with self.owner.connect() as connection:
            row = connection.execute(
                text(
                    "SELECT (SELECT count(*) FROM victim WHERE registered_unit_id = :u),"
                    " (SELECT count(*) FROM import_row WHERE unit_id = :u)"
                ),
                {"u": self.officer.unit_id},
            ).one()
        return row[0], row[1]

    def decide(self, decision: str) -> None:
        """The custody of the register decides all that waits of the officer's unit."""
        client = self.world.client(self.world.actor("registry_steward"))
        for candidate in self.candidates():
            answer = client.post(
                f"/api/v1/matching/candidates/{candidate.code}/decisions",
                json={"decision": decision},
                headers={"If-Match": f'"{candidate.version}"'},
            )
            assert answer.status_code == 200, answer.text

    def commit(self, path: Path) -> dict[str, int]:
        return load(self.world, self.officer, path, HTCDS).results


def incoming(path: Path, *rows: dict[str, str]) -> Path:
    return htcds_file(path / "entrante.csv", *rows)
