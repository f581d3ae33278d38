"""The compartment x role matrix and the roles, compiled once from `data/*.csv`.

One source: services, row-level security (`role_grant`), the documentation and the test matrix all
read what this module compiled. There is no `if role ==` anywhere.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from importlib import resources

from app.access.permissions import RESERVED, WATCHING, Permission

POPULATION_BITS = {"any": 1, "nna": 2, "foreign": 4}
"""Bits of `participation.population` a role needs to see the case."""


UNIT_KINDS = frozenset(
    {
        *("UPE", "CEM", "CAR", "ALBERGUE", "HRT", "FISCALIA", "UDAVIT", "PNP", "SALUD", "EDUCACION"),
        *("TRABAJO", "PROGRAMA_SOCIAL", "CONSULADO", "DEFENSA_PUBLICA", "CENTRAL"),
    }
)
"""Every kind of unit; their names are with the institutions."""


class Level(IntEnum):
    """How much of a compartment a role reads, least first."""

    NONE = 0
    AGGREGATE = 1
    EXISTS = 2
    PARTIAL = 3
    RESIDENT = 4
    """Full while the person is placed in the actor's shelter, partial before and after."""
    OWN = 5
    """Full for the placements of one's own unit, nothing otherwise."""
    FULL = 6


OPENING = frozenset({Level.PARTIAL, Level.RESIDENT, Level.OWN, Level.FULL})
"""Levels that decrypt."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix."""

    level: Level
    write: bool = False
    break_glass: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its name, how it reaches cases, whom it may see, and what doors it opens."""

    name: str
    label: str
    scope: str
    population: int
    permissions: frozenset[Permission]
    cells: dict[str, Cell]
    investigates: bool = False
    """Whether its looks stay reserved from the person during the investigation (NCPP art. 324)."""
    unit_kinds: frozenset[str] = frozenset()
    """Kinds of unit it fits."""
    two_people: bool = False
    """Whether two people of institutions give it; otherwise only the operator of the installation."""

    @property
    def unit_scoped(self) -> bool:
        """Sees every case of the unit without an assignment."""
        return self.scope == "unit"

    def compartments(self, *levels: Level) -> list[str]:
        """Compartments this role reads at one of `levels`."""
        return [name for name, cell in self.cells.items() if cell.level in levels]


@dataclass(frozen=True, slots=True)
class Policy:
    """The compiled policy and the hash of its sources."""

    compartments: tuple[str, ...]
    roles: dict[str, Role]
    version: str

    def cell(self, role: str, compartment: str) -> Cell:
        """The cell of the matrix; an unknown role or compartment reads nothing."""
        found = self.roles.get(role)
        return found.cells.get(compartment, NOTHING) if found else NOTHING

    def unit_scoped(self, role: str) -> bool:
        """Whether the role sees every case of its unit without an assignment."""
        found = self.roles.get(role)
        return found is not None and found.unit_scoped

    def population(self, role: str) -> int:
        """The population bit the role must find on a participation; 0 for an unknown role."""
        found = self.roles.get(role)
        return found.population if found else 0

    def opens(self, role: str, compartment: str) -> bool:
        """Whether the role ever decrypts the compartment."""
        return self.cell(role, compartment).level in OPENING

    def reads_in_full(self, role: str, compartment: str) -> bool:
        """Whether the role reads the whole compartment, at least of its own residents."""
        return self.cell(role, compartment).level in {Level.FULL, Level.RESIDENT}

    def reads_of_others(self, role: str, compartment: str) -> bool:
        """Whether the role opens it for more than its own unit's placements."""
        return self.cell(role, compartment).level in OPENING - {Level.OWN}

    def permits(self, role: str, permission: Permission) -> bool:
        """Whether the role holds the permission."""
        found = self.roles.get(role)
        return found is not None and permission in found.permissions

    def askable(self, actor_role: str, role: str) -> bool:
        """Whether one of `actor_role` may ask a second person for an account of the role."""
        found = self.roles.get(role)
        return self.permits(actor_role, Permission.ACCOUNTS_MANAGE) and found is not None and found.two_people

    def grantable(self, actor_role: str, role: str) -> bool:
        """Whether one of `actor_role` may alone open a closed account of the role again: it opens nothing."""
        found = self.roles.get(role)
        alone = found is not None and not found.permissions & RESERVED and not found.compartments(*OPENING)
        return alone and self.permits(actor_role, Permission.ACCOUNTS_MANAGE)

    def two_to_close(self, role: str) -> bool:
        """Whether closing an account of the role takes two people."""
        found = self.roles.get(role)
        return found is not None and bool(found.permissions & WATCHING)

    def fits(self, role: str, unit_kind: str) -> bool:
        """Whether the role fits a unit of this kind."""
        found = self.roles.get(role)
        return found is not None and unit_kind in found.unit_kinds


NOTHING = Cell(Level.NONE)


def parse_cell(text: str) -> Cell:
    """`level[+w][+x]` -> Cell.

    Raises:
        ValueError: the level or a flag is unknown.
    """
    level, *flags = text.strip().split("+")
    if unknown := set(flags) - {"w", "x"}:
        raise ValueError(f"unknown flags {sorted(unknown)}")
    try:
        return Cell(Level[level.upper()], "w" in flags, "x" in flags)
    except KeyError:
        raise ValueError(f"unknown level {level!r}") from None


def compile_policy(matrix: str, roles: str, role_units: str) -> Policy:
    """Compile the CSV texts.

    Raises:
        ValueError: a role without a column or without its kinds of unit, a column without a role, an unknown
            level, permission or kind.
    """
    units = {row["role"]: row for row in csv.DictReader(role_units.splitlines())}
    rows = list(csv.DictReader(matrix.splitlines()))
    compartments = tuple(row["compartment"] for row in rows)
    compiled = {}
    for row in csv.DictReader(roles.splitlines()):
        name = row["role"]
        if name not in rows[0] or name not in units:
            raise ValueError(f"role {name!r} has no column in the matrix, or no kinds of unit")
        compiled[name] = Role(
            name=name,
            label=row["label_es"],
            scope=row["scope"],
            population=POPULATION_BITS[row["population"]],
            permissions=frozenset(Permission(p) for p in row["permissions"].split()),
            cells={r["compartment"]: parse_cell(r[name]) for r in rows},
            investigates=row.get("investigates") == "SI",
            unit_kinds=_kinds(units[name]["unit_kinds"]),
            two_people=units[name]["given_by"] == "two",
        )
    if missing := set(rows[0]) - {"compartment"} - set(compiled):
        raise ValueError(f"columns without a role: {sorted(missing)}")
    digest = hashlib.sha256(f"{matrix}\0{roles}\0{role_units}".encode()).hexdigest()[:12]
    return Policy(compartments, compiled, digest)


@lru_cache
def policy() -> Policy:
    """The policy this process enforces."""
    data = resources.files("app.access") / "data"
    matrix, roles, units = (
        (data / name).read_text(encoding="utf-8") for name in ("policy.csv", "roles.csv", "role_units.csv")
    )
    return compile_policy(matrix, roles, units)


def _kinds(text: str) -> frozenset[str]:
    """Kinds of unit by their codes; `*` is every kind."""
    if text == "*":
        return UNIT_KINDS
    if unknown := set(text.split()) - UNIT_KINDS:
        raise ValueError(f"unknown kinds of unit {sorted(unknown)}")
    return frozenset(text.split())


def grant_rows(source: Policy) -> list[dict[str, object]]:
    """Rows of `role_grant`: what row-level security needs of the policy."""
    return [
        {
            "role": role.name,
            "population": role.population,
            "permissions": sorted(role.permissions),
            "listed": role.compartments(Level.EXISTS, *OPENING),
            "opened": role.compartments(*OPENING),
            "full": role.compartments(Level.FULL, Level.RESIDENT),
            "own_only": role.compartments(Level.OWN),
            "resident": role.compartments(Level.RESIDENT),
            "written": [n for n, c in role.cells.items() if c.write],
            "unit_kinds": sorted(role.unit_kinds),
            "two_people": role.two_people,
            "policy_version": source.version,
        }
        for role in source.roles.values()
    ]
