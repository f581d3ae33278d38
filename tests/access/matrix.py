"""The matrix, read here a second time: what each role must see of each compartment, and who tries.

Nothing of the compiled policy is used: an error in it must show. Checks return the violations they find, so
that a planted hole can be asserted to be found.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.catalogues import code_list
from app.catalogues.loader import CodeList
from app.records import FieldSpec, Partial, fields
from app.services.victims.changes import change
from tests.factories import World

DATA = Path(__file__).resolve().parents[2] / "app" / "access" / "data"
OPENED = {"partial", "full"}
HIDDEN = {Partial.HIDE, Partial.COUNT, Partial.PRESENT}
REGISTERED = ("identity", "contact", "protection", "shelter_location", "plan", "services", "outcome")
ADDED = {
    "psychology": "psychologist",
    "health": "health_officer",
    "legal": "prosecutor",
    "testimony": "prosecutor",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the file."""

    level: str
    write: bool


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / name).read_text(encoding="utf-8").splitlines()))


MATRIX: dict[tuple[str, str], Cell] = {
    (role, row["compartment"]): Cell(cell.split("+")[0], "+w" in cell)
    for row in _rows("policy.csv")
    for role, cell in row.items()
    if role != "compartment"
}
COMPARTMENTS = [row["compartment"] for row in _rows("policy.csv")]
ROLES = [row["role"] for row in _rows("roles.csv")]
PERMISSIONS = {row["role"]: set(row["permissions"].split()) for row in _rows("roles.csv")}
ASSIGNED = {row["role"] for row in _rows("roles.csv") if row["scope"] == "assigned"}
CELLS = [(role, compartment) for role in ROLES for compartment in COMPARTMENTS]


def level(
    role: str, compartment: str, *, resident: bool = False, shared: frozenset[str] | None = None
) -> str:
    """What the file gives: none, aggregate, exists, partial or full."""
    found = MATRIX[role, compartment].level
    if shared is not None and compartment not in shared:
        return "none"
    if found == "resident":
        return "full" if resident else "partial"
    if found == "own":
        return "full" if resident else "none"
    return found


# Values that can be recognised wherever they come out


@dataclass(frozen=True, slots=True)
class Canary:
    """One recognisable value: where it was put, and whether a partial view shows it."""

    compartment: str
    path: str
    value: str
    shown: bool
    authored: bool
    """Read by who wrote it alone, whatever the level."""


@dataclass
class Filling:
    """A payload for every field of every compartment, no text, date or number twice."""

    tag: int
    count: int = 0
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in COMPARTMENTS:
            self.data[name] = {f.name: self._value(f, f.name) for f in fields(name).values()}
        self.data["identity"] |= {
            "nationality": "VE",
            "age_years": 15,
            "age_min": 15,
            "age_max": 16,
            "birth_date_precision": "EXACTA",
            "birth_year": int(self.data["identity"]["birth_date"][:4]),
        }

    def _value(self, spec: FieldSpec, path: str, *, shown: bool = True, authored: bool = False) -> Any:
        authored = authored or spec.spec.author_only
        visible = shown and spec.partial in {Partial.SHOW, Partial.EACH}
        if spec.inner:
            item = {
                n: self._value(f, f"{path}.{n}", shown=visible, authored=authored)
                for n, f in spec.inner.items()
            }
            return [item] if spec.many else item
        if spec.codes is not None:
            code = _first(code_list(spec.codes))
            return [code] if spec.many else code
        value = self._plain(spec.kind.label)
        if isinstance(value, str):
            self.canaries.append(Canary(spec.compartment, path, value, visible, authored))
            return value
        if isinstance(value, list):
            self.canaries += [Canary(spec.compartment, path, v, visible, authored) for v in value]
        return value

    def _plain(self, kind: str) -> Any:
        self.count += 1
        n = self.count
        day = f"{1950 + n // 12}-{n % 12 + 1:02d}-{self.tag % 28 + 1:02d}"  # each later than the one before
        text = f"Kñ{self.tag:08d}x{n:03d}"
        return {
            "fecha": day,
            "fecha, mes o año (~ si es estimada)": day,
            "UBIGEO INEI (6 dígitos)": code_list("ubigeo").codes[n],
            "teléfono": f"9{self.tag % 10**8:08d}{n:03d}",
            "correo": f"k{self.tag}x{n}@example.org",
            "edad en años": 15,
            "número": 3,
            "cuenta": 1,
            "semanas": 20,
            "soles": 1234,
            "año": 1990,
            "lista de líneas de texto": [text],
            "lista de textos cortos": [text],
        }.get(kind, text)


def _first(codes: CodeList) -> str:
    return next(code for code in codes.codes if not code.startswith(("OTR", "NO_IDENT")))


def leaks(
    text: str, canaries: list[Canary], levels: Mapping[str, str], *, author: bool = False
) -> Iterator[str]:
    """Every canary in `text` that the levels do not allow out, to one who is the notes' author or is not."""
    for canary in canaries:
        allowed = levels.get(canary.compartment, "none")
        if (allowed == "full" and (author or not canary.authored)) or (allowed == "partial" and canary.shown):
            continue
        if canary.value in text if len(canary.value) > 6 else f'"{canary.value}"' in text:
            yield f"{canary.compartment}.{canary.path} came out at level {allowed}"


# Who tries


@dataclass(frozen=True, slots=True)
class Person:
    """A person with every field of every compartment filled."""

    code: str
    case_code: str
    victim_id: int
    case_id: int
    filling: Filling


@dataclass
class Office:
    """One unit and actor a role, a colleague without charge of anything, and a stranger in another unit."""

    world: World
    admin: Engine
    actors: dict[str, Actor] = field(default_factory=dict)
    colleagues: dict[str, Actor] = field(default_factory=dict)
    strangers: dict[str, Actor] = field(default_factory=dict)
    clients: dict[int, httpx.Client] = field(default_factory=dict)
    shelters: dict[int, str] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        for role in ROLES:
            unit = self.world.unit(KINDS.get(role, "CENTRAL"))
            self.actors[role] = self.world.actor(role, unit=unit)
            if unit.startswith(("CAR", "ALBERGUE")):
                self.shelters[self.actors[role].unit_id] = unit
            self.colleagues[role] = self.world.actor(role, unit=unit)
            self.strangers[role] = self.world.actor(role, unit=self.world.unit(KINDS.get(role, "CENTRAL")))

    def run(self, statement: str, **values: Any) -> Any:
        """One statement past every lock, as the superuser."""
        with self.admin.begin() as connection:
            result = connection.exec_driver_sql(statement, values)
            return result.all() if result.returns_rows else None

    def client(self, actor: Actor) -> httpx.Client:
        """The actor's signed-in client."""
        if actor.user_id not in self.clients:
            self.clients[actor.user_id] = self.world.client(actor)
        return self.clients[actor.user_id]

    def person(self) -> Person:
        """A foreign girl of fifteen in whose case every role's unit takes part and its actor has charge."""
        self.made += 1
        filling = Filling(int(self.world.tag, 16) % 10**6 * 100 + self.made)
        payload: dict[str, Any] = {name: filling.data[name] for name in REGISTERED}
        registered = self.world.register(self.actors["upe_officer"], **payload)
        ((case_id,),) = self.run(
            "SELECT id FROM trafficking_case WHERE victim_id = %(v)s", v=registered.victim_id
        )
        person = Person(registered.code, registered.case_code, registered.victim_id, case_id, filling)
        for role, actor in self.actors.items():
            if role != "upe_officer":
                self.take_part(person, actor)
        for name, role in ADDED.items():
            with self.world.session(self.actors[role]) as session:
                change(Act(session, CARE), person.code, name, 0, filling.data[name])
        for note in filling.data["psychology"]["notes"]:
            note["author"] = self.actors["psychologist"].user_id
        return person

    def wrote(self, actor: Actor) -> bool:
        """Whether the actor is the author of the notes."""
        return actor == self.actors["psychologist"]

    def take_part(self, person: Person, actor: Actor) -> None:
        """The actor's unit takes part in the case, and the actor has charge of it."""
        same = {"v": person.victim_id, "c": person.case_id, "u": actor.unit_id, "w": actor.user_id}
        self.run(
            "INSERT INTO participation (victim_id, case_id, unit_id, basis, population)"
            " VALUES (%(v)s, %(c)s, %(u)s, 'MANDATO', 1)",
            **same,
        )
        self.run(
            "INSERT INTO assignment (victim_id, case_id, unit_id, user_id, assigned_by)"
            " VALUES (%(v)s, %(c)s, %(u)s, %(w)s, %(w)s)",
            **same,
        )

    def house(self, person: Person, actor: Actor) -> None:
        """Place the person in the actor's unit, and nowhere else."""
        self.leave(person)
        self.run(
            "INSERT INTO placement (victim_id, case_id, code, unit_id, admitted_by) VALUES"
            " (%(v)s, %(c)s, 'AL-' || substr(md5(random()::text), 1, 9), %(u)s, %(w)s)",
            v=person.victim_id,
            c=person.case_id,
            u=actor.unit_id,
            w=actor.user_id,
        )

    def leave(self, person: Person) -> None:
        """End the person's stay, if she has one."""
        self.run(
            "UPDATE placement SET left_at = now() WHERE victim_id = %(v)s AND left_at IS NULL",
            v=person.victim_id,
        )

    def version(self, person: Person, compartment: str) -> int:
        """Current version of a compartment; 0 where nothing is stored."""
        rows = self.run(
            "SELECT version FROM compartment_head WHERE victim_id = %(v)s AND compartment = %(c)s",
            v=person.victim_id,
            c=compartment,
        )
        return rows[0][0] if rows else 0


KINDS = {
    "upe_officer": "UPE",
    "cem_officer": "CEM",
    "car_caseworker": "CAR",
    "shelter_caseworker": "ALBERGUE",
    "psychologist": "CAR",
    "prosecutor": "FISCALIA",
    "udavit_officer": "UDAVIT",
    "police_investigator": "PNP",
    "health_officer": "SALUD",
    "social_programme_officer": "PROGRAMA_SOCIAL",
    "consular_officer": "CONSULADO",
    "public_defender": "DEFENSA_PUBLICA",
}


@cache
def masked_field(compartment: str) -> str | None:
    """A field a partial view does not show whole."""
    return next((f.name for f in fields(compartment).values() if f.partial is not Partial.SHOW), None)


@cache
def shown_field(compartment: str) -> str | None:
    """A sealed field a partial view shows whole."""
    return next(
        (f.name for f in fields(compartment).values() if f.partial is Partial.SHOW and f.face is None), None
    )


def problem_fields(answer: httpx.Response) -> list[str]:
    """Fields an answer names."""
    return [e["field"] for e in json.loads(answer.text).get("errors", [])]
