"""The CTDC import against a plain, unsealed bulk insert of the same rows, on the same server in the same run.

Ours: `ruv import --commit` as it stands: reading, judging, sealing, row-level security, triggers, one event
of the trace a person, the keys that make it repeatable. Theirs: the same file through the same mapping into
the same tables with the same keys and indexes (SQLAlchemy Core, one `insert` of a list of dictionaries a
table and batch), the record as plain JSON, a plain access-log row, and nothing of the rest. Theirs runs
before and after ours and the mean counts, so that a busy machine favours nobody.
"""

import csv
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from _register import installation, officer
from _report import ROOT, at_most, finish, is_quick, note
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Identity,
    MetaData,
    Table,
    Text,
    func,
    insert,
    text,
)

from app.access.actor import Actor
from app.codes import new_code
from app.models import (
    Assignment,
    Base,
    CaseTransition,
    CompartmentHead,
    Exploitation,
    ImportRow,
    Participation,
    Profile,
    TraffickingCase,
    Victim,
    VictimCode,
)
from app.records import split_face
from app.runtime import Runtime
from app.services.interop import ctdc
from app.services.interop.importing import BATCH, begin, run
from app.services.interop.outcomes import CREATED
from app.services.interop.rows import content_of

FILE = ROOT.parent / "shared" / "data" / "ctdc" / "ctdc_global_kanon_2020_enriched11.csv"
ROWS, QUICK_ROWS = 48_801, 3_000
TARGET = 4.0
SCHEMA = "plain"
ORDER = (
    Victim, VictimCode, TraffickingCase, Profile, Assignment, Participation, CaseTransition, Exploitation,
    CompartmentHead, ImportRow,
)  # fmt: skip
LOOKALIKE: dict[str, tuple[str, ...]] = {
    ctdc.YEAR: tuple(map(str, range(2002, 2020))),
    ctdc.DATASOURCE: ("Case Management", "Hotline"),
    ctdc.GENDER: ("Female", "Male"),
    ctdc.AGE: ("", "0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+"),
    ctdc.CITIZENSHIP: ("", "PH", "UA", "MD", "US", "KH", "ID"),
    ctdc.FORCED: ("", "0.0", "1.0"),
    ctdc.CONTROL: ("", "Other", "Other", "Threats", "Financial", "Physical"),
    ctdc.RECRUITER: ("", "", "", "Other", "Friend/Acquaintance", "Family/Relative"),
    ctdc.EXPLOITATION: ("", "Sexual", "Labor", "Other", "Forced Marriage"),
    ctdc.LABOUR: ("", "", "", "Domestic Work", "Construction", "Other"),
}
"""Columns and values of the file; the shares are invented."""


def sample(folder: Path, rows: int) -> Path:
    """A file of `rows` rows: the first of the real one, or a look-alike where it is absent."""
    target = folder / "muestra.csv"
    if FILE.exists():
        with FILE.open(encoding="utf-8-sig") as source:
            target.write_text("".join(islice(source, rows + 1)), encoding="utf-8")
        return target
    note("El archivo de CTDC no está: se mide con filas inventadas de la misma forma.")
    draw = random.Random(20200414)
    with target.open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle)
        lines.writerow(LOOKALIKE)
        lines.writerows([draw.choice(values) for values in LOOKALIKE.values()] for _ in range(rows))
    return target


class Plain:
    """The same tables without security, triggers and sealing, in a schema of their own."""

    def __init__(self, engine: Engine, actor: Actor) -> None:
        self.engine, self.actor = engine, actor
        self.last = 0
        self.codes: set[str] = set()
        self.metadata = metadata = MetaData()
        for table in Base.metadata.sorted_tables:
            if table.schema is None:
                table.to_metadata(metadata, schema=SCHEMA)
        self.tables = {model: metadata.tables[f"{SCHEMA}.{model.__tablename__}"] for model in ORDER}
        self.record = Table(
            "record", metadata,
            Column("id", BigInteger, Identity(), primary_key=True),
            Column("victim_id", BigInteger, index=True), Column("compartment", Text),
            Column("version", BigInteger), Column("data", JSON),
            Column("created_at", DateTime(timezone=True), server_default=func.now()),
            Column("created_by", BigInteger), Column("unit_id", BigInteger), schema=SCHEMA,
        )  # fmt: skip
        self.log = Table(
            "access_log", metadata, Column("id", BigInteger, Identity(), primary_key=True),
            Column("at", DateTime(timezone=True), server_default=func.now()), Column("user_id", BigInteger),
            Column("victim_id", BigInteger, index=True), Column("action", Text), Column("fields", JSON),
            schema=SCHEMA,
        )  # fmt: skip
        self.narrow = Table(
            "narrow", metadata, Column("id", BigInteger, Identity(), primary_key=True),
            *(Column(name, Text) for name in LOOKALIKE), schema=SCHEMA,
        )  # fmt: skip
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
            metadata.create_all(connection)
            self._accounts(connection)

    def _accounts(self, connection: Connection) -> None:
        """What the foreign keys refer to."""
        unit, user, owner = self.actor.unit_id, self.actor.user_id, self.actor.institution_id
        institution = {"id": owner, "code": "B", "name": "B", "sector": "publico"}
        office = {"id": unit, "institution_id": owner, "code": "B", "name": "B", "kind": "PNP"}
        account = {
            "id": user, "unit_id": unit, "institution_id": owner, "username": "b", "role": "b",
            "supervisor": False, "service_account": False, "password_hash": "", "failed_logins": 0,
        }  # fmt: skip
        for name, row in (("institution", institution), ("unit", office), ("user_account", account)):
            connection.execute(insert(self.metadata.tables[f"{SCHEMA}.{name}"]), [row])

    def _free_code(self) -> str:
        """A code not drawn before: one of 35 random bits comes twice in a file this long now and then."""
        while (code := new_code("TP")) in self.codes:
            pass
        self.codes.add(code)
        return code

    def load(self, path: Path) -> None:
        """Every row of the file, a transaction a batch."""
        for batch in batches(path):
            rows: dict[Table, list[dict[str, Any]]] = {
                t: [] for t in (*self.tables.values(), self.record, self.log)
            }
            for cells in batch:
                self._add(rows, cells)
            with self.engine.begin() as connection:
                for table, found in rows.items():
                    if found:
                        connection.execute(insert(table), found)

    def load_narrow(self, path: Path) -> None:
        """The narrowest there is: the cells of the file as one row of text each."""
        for batch in batches(path):
            rows = [{name: cells.get(name) for name in LOOKALIKE} for cells in batch]
            with self.engine.begin() as connection:
                connection.execute(insert(self.narrow), rows)

    def _add(self, rows: dict[Table, list[dict[str, Any]]], cells: dict[str, str]) -> None:
        mapped = ctdc.convert(cells)
        self.last += 1
        key, on = self.last, mapped.first_identified_on
        assert on is not None
        unit, user = self.actor.unit_id, self.actor.user_id
        case = {"victim_id": key, "case_id": key}
        reference = {"system": ctdc.SOURCE, "reference": str(key)}
        mapped.compartments["identity"]["external_references"].insert(0, reference)
        t = self.tables
        rows[t[Victim]].append({"id": key, "registered_unit_id": unit, "registered_by": user})
        rows[t[VictimCode]].append({"code": self._free_code(), "victim_id": key, "record_id": key})
        rows[t[TraffickingCase]].append(
            {
                "id": key, "victim_id": key, "record_id": key, "code": new_code("CA"),
                "state": "PRESUNTA_VICTIMA", "identification": "PRESUNTA", "first_identified_on": on,
                "reference_year": on.year,
                "source": mapped.case_source, "opened_unit_id": unit, "opened_by": user,
            }
        )  # fmt: skip
        rows[t[Participation]].append({**case, "unit_id": unit, "basis": "REGISTRO", "population": 1})
        rows[t[Assignment]].append({**case, "unit_id": unit, "user_id": user, "assigned_by": user})
        rows[t[CaseTransition]].append(
            {**case, "to_state": "PRESUNTA_VICTIMA", "by_user_id": user, "by_unit_id": unit}
        )
        rows[t[ImportRow]].append(
            {
                "unit_id": unit, "source": ctdc.SOURCE, "row_key": content_of(cells) + str(key).encode(),
                "victim_id": key, "imported_by": user,
            }
        )  # fmt: skip
        for name, data in mapped.compartments.items():
            kept, faces = split_face(name, data)
            if "profile" in faces:
                rows[t[Profile]].append({"victim_id": key, **faces["profile"]})
            if "exploitation" in faces:
                rows[t[Exploitation]].append({**case, **faces["exploitation"]})
            if kept:
                part = {"victim_id": key, "compartment": name, "version": 1, "unit_id": unit}
                rows[self.record].append({**part, "data": kept, "created_by": user})
                rows[t[CompartmentHead]].append({**part, "record_id": key})
        fields = [f"{name}.{column}" for name, data in mapped.compartments.items() for column in data]
        rows[self.log].append(
            {"user_id": user, "victim_id": key, "action": "victims.register", "fields": fields}
        )


def batches(path: Path) -> Iterator[list[dict[str, str]]]:
    """Filled cells of the file's rows."""
    with path.open(encoding="utf-8", newline="") as handle:
        rows = ({name: cell for name, cell in row.items() if cell} for row in csv.DictReader(handle))
        while batch := list(islice(rows, BATCH)):
            yield batch


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(runtime: Runtime, folder: Path, rows: int) -> tuple[float, float, float]:
    """Seconds of the import, of the plain insert (mean of before and after), and of the narrow one."""
    actor = officer(runtime, "police_investigator", "PNP")
    plain = Plain(runtime.database.engine("ruv_owner"), actor)
    path = sample(folder, rows)
    before = timed(lambda: plain.load(path))
    narrow = timed(lambda: plain.load_narrow(path))
    start = time.perf_counter()
    summary = begin(path, ctdc.FORMAT)
    run(runtime.database, actor, path, ctdc.FORMAT, summary, commit=True, done=lambda outcomes: None)  # noqa: ARG005
    ours = time.perf_counter() - start
    assert summary.results[CREATED] == summary.rows, json.dumps(summary.refusals)
    after = timed(lambda: plain.load(path))
    note(f"{summary.rows} filas: importación {ours:.1f} s; inserción simple {before:.1f} y {after:.1f} s")
    return ours, (before + after) / 2, narrow


def main() -> None:
    """Measure, print, end."""
    rows = QUICK_ROWS if is_quick("Importación de CTDC frente a una inserción simple") else ROWS
    with tempfile.TemporaryDirectory() as folder, installation() as runtime:
        ours, plain, narrow = measure(runtime, Path(folder), rows)
    note(
        f"Frente a la inserción más estrecha (una tabla de textos, {narrow:.2f} s): {ours / narrow:.1f} veces"
    )
    finish(
        [
            at_most(
                "import_rows_time", ours / plain, "ratio",
                baseline="SQLAlchemy Core, inserción simple de las mismas filas sin sellar", target=TARGET,
            )
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
