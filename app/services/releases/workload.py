"""The list of tables of a release: fixed beforehand, versioned, and known by the hash of its file.

Key sets are written out in full: which rows a table has never depends on who is in the register. Every
person falls in exactly one cell of every table, so each dimension has a key for "not known". A new list of
tables is a new file with a new version; a file that was ever used does not change (the ledger has its hash).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

Cell = tuple[str, ...]

V1_SHA256 = "a4f7fcc9ea81fa7b07b0e61b752827bf259bed378095c25908058f91fdce90c5"
"""SHA-256 of `workload_v1.json`; a change of the file without a new version stops every release."""


class WorkloadChanged(RuntimeError):
    """The file of a registered workload is not the one that was registered."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split persons; the last code is "not known".

    `within` names the coarser dimension that each code falls in (`parents`).
    """

    name: str
    title: str
    labels: Mapping[str, str]
    within: str | None = None
    parents: Mapping[str, str] | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the table's rows."""
        return tuple(self.labels)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the product of the codes of its dimensions, and its weight in the budget."""

    name: str
    title: str
    dimensions: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Workload:
    """The tables of one release over one key set."""

    version: str
    sha256: str
    dimensions: Mapping[str, Dimension]
    tables: tuple[Table, ...]

    def cells(self, table: Table) -> tuple[Cell, ...]:
        """Every cell of a table in its fixed order; a table without dimensions has one."""
        return self.margin(table.dimensions)

    def margin(self, dimensions: Sequence[str]) -> tuple[Cell, ...]:
        """Every combination of codes of some dimensions."""
        return tuple(product(*(self.dimensions[name].codes for name in dimensions)))

    def shares(self, budget: float) -> dict[str, float]:
        """The part of a budget (zCDP rho) that each drawn table gets: its weight among these tables."""
        total = sum(table.weight for table in self.tables)
        return {table.name: budget * table.weight / total for table in self.tables}

    def shared(self, first: Table, second: Table) -> tuple[str, ...]:
        """The finest dimensions that both tables can be summed to."""
        mine = [name for name in first.dimensions for name in self._levels(name)]
        theirs = {name for own in second.dimensions for name in self._levels(own)}
        common = [name for name in mine if name in theirs]
        coarser = {self.dimensions[name].within for name in common}
        return tuple(name for name in common if name not in coarser)

    def coarsen(self, table: Table, cell: Cell, dimensions: Sequence[str]) -> Cell:
        """The value of a cell on coarser (or fewer) dimensions."""
        levels: dict[str, str] = {}
        for name, code in zip(table.dimensions, cell, strict=True):
            levels[name] = code
            dimension = self.dimensions[name]
            if dimension.within is not None and dimension.parents is not None:
                levels[dimension.within] = dimension.parents[code]
        return tuple(levels[name] for name in dimensions)

    def count(self, groups: Iterable[tuple[Mapping[str, str], int]]) -> dict[str, list[int]]:
        """Exact counts of every cell from groups of persons (their code in each dimension, how many).

        Raises:
            KeyError: a group lacks a dimension or holds a code outside the key set: nobody may fall out.
        """
        index = {t.name: {cell: n for n, cell in enumerate(self.cells(t))} for t in self.tables}
        counts = {t.name: [0] * len(index[t.name]) for t in self.tables}
        for codes, persons in groups:
            for table in self.tables:
                cell = tuple(codes[name] for name in table.dimensions)
                counts[table.name][index[table.name][cell]] += persons
        return counts

    def _levels(self, name: str) -> tuple[str, ...]:
        within = self.dimensions[name].within
        return (name,) if within is None else (name, within)


@cache
def workload_v1() -> Workload:
    """The registered tables T0 to T4.

    Raises:
        WorkloadChanged: the file was changed after it was registered.
    """
    raw = (files("app.services.releases") / "workload_v1.json").read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    if digest != V1_SHA256:
        raise WorkloadChanged("workload_v1.json")
    return _parse(json.loads(raw), digest)


def _parse(document: Mapping[str, Any], digest: str) -> Workload:
    dimensions = {entry["name"]: _dimension(entry) for entry in document["dimensions"]}
    tables = tuple(
        Table(entry["name"], entry["title"], tuple(entry["dimensions"]), float(entry["weight"]))
        for entry in document["tables"]
    )
    return Workload(document["version"], digest, dimensions, tables)


def _dimension(entry: Mapping[str, Any]) -> Dimension:
    keys: list[list[str]] = entry["keys"]
    within: str | None = entry.get("within")
    return Dimension(
        name=entry["name"],
        title=entry["title"],
        labels={key[0]: key[1] for key in keys},
        within=within,
        parents={key[0]: key[2] for key in keys} if within else None,
    )
