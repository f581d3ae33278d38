"""Small files of the foreign formats, all made up; and one call that imports them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.access.actor import Actor
from app.services.interop import ctdc, htcds
from app.services.interop.formats import Format
from app.services.interop.importing import begin, run
from app.services.interop.outcomes import Outcome, Summary
from tests.factories import World

CTDC_HEADER = (
    "yearOfRegistration", "Datasource", "gender", "ageBroad", "citizenship", "isForcedLabour",
    "control_category", "RecruiterCategory", "ExploitType", "Labor_Type",
)  # fmt: skip
VALUES = (
    ("2015", "2016", "2017"), ("Case Management", "Hotline"), ("Female", "Male"), ("", "9--17", "48+"),
    ("", "PH", "UA"), ("", "0.0", "1.0"), ("", "Other", "Financial"), ("", "Friend/Acquaintance"),
    ("", "Sexual", "Labor", "Multiple"), ("", "Domestic Work"),
)  # fmt: skip


def ctdc_rows(count: int) -> list[tuple[str, ...]]:
    """Rows of the file's shape, many of them equal, as in an anonymised file."""
    return [tuple(values[(place // 3) % len(values)] for values in VALUES) for place in range(count)]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *rows])
    return path


def ctdc_file(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    """A CSV file with the columns of CTDC."""
    return write(path, CTDC_HEADER, rows)


def htcds_file(path: Path, *rows: Mapping[str, str]) -> Path:
    """A CSV file with the columns these rows have."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    return write(path, header, [[row.get(name, "") for name in header] for row in rows])


@dataclass
class Run:
    """What an import gave."""

    summary: Summary
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def results(self) -> dict[str, int]:
        """Rows by result."""
        return dict(self.summary.results)

    def refusals(self) -> set[tuple[int, str, str]]:
        """Line, column and code of every error."""
        return {(o.line, e["field"], e["code"]) for o in self.outcomes for e in o.errors}


def load(
    world: World, actor: Actor, path: Path, form: Format, *, commit: bool = True, batch: int = 50
) -> Run:
    """Import a file."""
    done = Run(begin(path, form))
    run(
        world.runtime.database, actor, path, form, done.summary,
        commit=commit, done=done.outcomes.extend, batch=batch,
    )  # fmt: skip
    return done


CTDC, HTCDS = ctdc.FORMAT, htcds.FORMAT
