"""Rows of a small register that are made up, and who may see which of them, told without SQL."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.access.actor import Actor
from app.access.policy import policy
from tests.access.evaluating import Row, Rows

WORLDS = range(12)
UNITS, USERS, VICTIMS, CASES = (1, 2), (7, 8), (1, 2), (1, 2, 3)
HELD = ("CUPO_RESERVADO", "CUPO_LIBERADO", "CUPO_VENCIDO")
OVER = ("CONSENTIMIENTO_RETIRADO", "CONSENTIMIENTO_VENCIDO", "DERIVACION_TERMINADA")
AWAY = ("NNA_NO_HABIDA", "NNA_NO_LLEGO")
KINDS = (*HELD, *OVER, *AWAY, "TRASLADO", "SELLO_ROTO", "INCORPORACION_POR_MANDATO", "PLAZO")
WAITING = ("ENVIADA", "VENCIDA")
ROLES = ("cem_officer", "consular_officer", "udavit_officer", "data_protection_officer")
WHO = [
    Actor(user_id=7, username="ana", unit_id=1, institution_id=2, role=role, unit_wide=wide)
    for role in ROLES
    for wide in (True, False)
]


def made_up(seed: int) -> dict[str, list[Row]]:
    """Rows of a small register in which anything may meet anything."""
    dice = random.Random(seed)
    pick = dice.choice

    def some(most: int, **columns: Iterable[Any]) -> list[Row]:
        return [
            {"id": n, **{name: pick(tuple(values)) for name, values in columns.items()}}
            for n in range(1, dice.randint(2, most) + 1)
        ]

    of_a_case = {"victim_id": VICTIMS, "case_id": CASES}
    charges = some(5, **of_a_case, user_id=USERS, ended_at=(None, None, 1))
    return {
        "victim": [{"id": n} for n in VICTIMS],
        "trafficking_case": [{"id": case, "victim_id": person} for case in CASES for person in VICTIMS],
        "unit": [{"id": 1, "kind": pick(("UPE", "CEM"))}, {"id": 2, "kind": pick(("UPE", "CEM"))}],
        "participation": some(
            6, **of_a_case, unit_id=UNITS, ended_at=(None, None, 1), population=(1, 3, 5, 7),
            compartments=(None, ("plan",), ("identity", "plan"), ("identity",)),
        ),
        "assignment": list({tuple(row.items())[1:4]: row for row in charges}.values()),
        "referral": some(
            8, **of_a_case, from_unit_id=UNITS, to_unit_id=(1, 1, 2), recalled=(False, False, True),
            state=(*WAITING, "ACEPTADA", "ACEPTADA"), code=("DE-1", "DE-2"),
        ),
        "plan": some(3, victim_id=VICTIMS),
        "placement": some(4, **of_a_case, unit_id=UNITS),
        "clock": some(
            12, **of_a_case, unit_id=(1, 1, 2), subject_table=("referral", "plan"), row_id=range(1, 6)
        ),
        "notice": some(
            60, **of_a_case, unit_id=(1, 1, 1, 2), user_id=(None, None, *USERS),
            supervisors=(False, False, True), kind=KINDS, subject_code=("DE-1", "DE-2"),
        ),
        "account_notice": some(6, unit_id=UNITS, audience=("JEFATURA", "DATOS")),
    }  # fmt: skip


@dataclass
class Told:
    """What an actor may see, told without SQL."""

    rows: Rows
    who: Actor

    def in_charge(self, victim: int, case: int) -> bool:
        return any(
            (one["victim_id"], one["case_id"], one["user_id"], one["ended_at"]) == (victim, case, 7, None)
            for one in self.rows["assignment"]
        )

    def parts(self, victim: int, case: int | None = None) -> list[Row]:
        """Open parts of the unit in the person's cases (in the one) that put them into sight."""
        population = policy().population(self.who.role)
        return [
            part
            for part in self.rows["participation"]
            if part["victim_id"] == victim
            and case in {None, part["case_id"]}
            and (part["unit_id"], part["ended_at"]) == (1, None)
            and part["population"] & population
            and (self.who.unit_wide or self.in_charge(victim, part["case_id"]))
        ]

    def in_case(self, row: Row) -> bool:
        return bool(self.parts(row["victim_id"], row["case_id"]))

    def first(self, case: Row) -> bool:
        """Whether the first open part of the unit in the case is one that it sees."""
        here = [
            part["id"] for part in self.rows["participation"]
            if (part["victim_id"], part["case_id"]) == (case["victim_id"], case["id"])
            and (part["unit_id"], part["ended_at"]) == (1, None)
        ]  # fmt: skip
        return bool(here) and min(here) in {part["id"] for part in self.parts(case["victim_id"], case["id"])}

    def shares(self, victim: int, compartment: str) -> bool:
        return any(
            part["compartments"] is None or compartment in part["compartments"] for part in self.parts(victim)
        )

    def permits(self, permission: str) -> bool:
        return permission in policy().roles[self.who.role].permissions

    def asked(self, referral: Row, victim: int) -> bool:
        return (referral["victim_id"], referral["to_unit_id"], referral["recalled"]) == (victim, 1, False)


def ids(found: list[tuple[Any, ...]]) -> Counter[Any]:
    return Counter(row[0] for row in found)


def expected(rows: Iterable[Row]) -> Counter[Any]:
    return Counter(row["id"] for row in rows)
