"""The guide for a new kind of row, as it is written, gives one that every reader of rows finds by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app import codes
from app.access import guard
from app.access.act import CARE, Act
from app.access.actor import Actor
from app.models import AuditEvent, Base, cases, proceedings
from app.records import rows
from app.records.base import Row
from app.records.rows import proceedings as declared
from app.services.holdings import history
from app.services.holdings.declared import WRITTEN_AT, kind_of
from app.services.holdings.erasure import tables_of_persons
from app.services.holdings.kinds import READ_BY_SLICES, kinds
from app.services.interop.exporting import export_persons
from app.services.proceedings import measures
from app.services.rows import telling
from tests.cases.story import API, Registered, ok, registered, shared_with
from tests.consents.test_own_file import file_of
from tests.database.conftest import admin as admin  # noqa: PLC0414 - a fixture
from tests.factories import World
from tests.web.browsing import Browser

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "agregar-un-tipo-de-fila.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOTE = "La casa estaba cerrada con candado"


@dataclass(frozen=True)
class New:
    """What the guide declares: the row, its table, and the use case that writes it."""

    row: type[Row]
    table: type[Base]
    note: Callable[[Act, str, Row], str]

    def write(self, world: World, actor: Actor, case: str, **fields: Any) -> None:
        """One row of it in a case, sealed as any other."""
        with world.runtime.database.session(actor) as session:
            code = self.note(Act(session, CARE), case, self.row(**fields))
        assert codes.parse_code(code, "VD") == code


@pytest.fixture
def new(admin: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[New]:
    """The example of the guide, declared and migrated in this worker's database for one test."""
    python = [text for kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if kind == "python"]
    (sql,) = [text for kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")) if kind == "sql"]
    row, table = dict(vars(declared)), {**vars(cases), **vars(proceedings), "date": date, "Base": Base}
    exec(python[0], row)  # noqa: S102 - the guide's own text
    exec(python[1], table)  # noqa: S102
    monkeypatch.setattr(codes, "PREFIXES", codes.PREFIXES | {"VD"})
    monkeypatch.setitem(codes._RANDOM_SYMBOLS, "VD", 11)
    use_case = {**vars(measures), "HomeVisit": row["HomeVisit"]}
    exec(python[2], use_case)  # noqa: S102
    made = New(row["HomeVisit"], table["HomeVisitTable"], use_case["note_visit"])
    known = MappingProxyType({**rows.ROWS, made.row.table: made.row})
    for module in (rows, guard):
        monkeypatch.setattr(module, "ROWS", known)
    with admin.begin() as connection:
        connection.exec_driver_sql(sql)
    yield made
    with admin.begin() as connection:
        connection.exec_driver_sql("DROP TABLE home_visit")
    Base.metadata.remove(Base.metadata.tables[made.row.table])
    Base.registry._dispose_cls(made.table)


def rows_of(data: Any, kind: str) -> list[dict[str, Any]]:
    """Rows of a kind in an export."""
    return [item for rows in data["rows"] if rows["kind"] == kind for item in rows["items"]]


def visited(new: New, world: World) -> tuple[Registered, Actor]:
    """A person with a visit that the UDAVIT noted; who registered her reads it."""
    person = registered(world)
    justice, _, _ = shared_with(world, person, "udavit_officer")
    new.write(world, justice, person.case, visited_on=date(2026, 3, 9), found_home="NO", note=NOTE)
    return person, justice


def test_a_new_kind_of_row_is_in_her_copy_and_on_her_paper(new: New, world: World) -> None:
    person, _ = visited(new, world)
    found, paper = file_of(person)
    (kind,) = [kind for kind in found["registros"] if kind["tipo"] == "home_visit"]
    assert kind["titulo"] == "Visita domiciliaria"
    (row,) = kind["filas"]
    told = {one["campo"]: one["valor"] for one in row}
    assert told.pop("Anotado el")
    assert told == {"Fecha de la visita": "2026-03-09", "Estaba en casa": "No", "Lo que se vio": NOTE}
    for part in ("Visita domiciliaria (1)", "09/03/2026", NOTE):
        assert part in paper


def test_a_new_kind_of_row_is_in_the_history(new: New, world: World) -> None:
    person, justice = visited(new, world)
    measure = {"type": "ALEJAMIENTO", "resolution": "Resolución 77"}
    path = f"{API}/cases/{person.case}/protection-measures"
    ok(world.client(justice).post(path, json=measure), 201)
    for actor in (person.officer, justice):
        page = Browser(world, actor).get(f"/casos/{person.case}/historia").text
        assert "Se anotó: Visita domiciliaria" in page
        assert "Se anotó: Medidas de protección" in page
        assert NOTE not in page
        assert "Resolución 77" not in page
    blind, _, _ = shared_with(world, person, "health_officer", compartments=["identity"])
    with world.runtime.database.session(blind) as session:
        told = {one.title for one in history.writings(Act(session, CARE), person.victim, person.case)}
    assert not told & {"Visita domiciliaria", "Medidas de protección"}


def test_the_history_tells_of_no_row_that_can_be_taken_back() -> None:
    tables = {kind.shape.table: kind.dated for kind in kinds()}
    assert tables["protection_measure"]
    taken_back = {name for name in tables if "retired" in Base.metadata.tables[name].c}
    assert "case_proceeding" in taken_back
    assert not any(tables[name] for name in taken_back)


def test_a_new_kind_of_row_is_exported_at_each_ones_level(new: New, world: World) -> None:
    person, writer = visited(new, world)
    assert read(world, writer, "visits.note") == 1
    (whole,) = export_persons(world.runtime.database, person.officer)
    (item,) = rows_of(whole, "home_visit")
    known = (item["read_of"], item["visited_on"], item["found_home"], item["note"], item["broken"])
    assert known == (person.case, "2026-03-09", "NO", NOTE, False)
    assert read(world, person.officer, "cases.rows") == 1
    part, _, _ = shared_with(world, person, "social_programme_officer", compartments=["protection"])
    (masked,) = export_persons(world.runtime.database, part)
    (item,) = rows_of(masked, "home_visit")
    assert (item["visited_on"], item["found_home"]) == ("2026-03-09", "NO")
    assert NOTE not in str(masked)
    none, _, _ = shared_with(world, person, "health_officer", compartments=["identity"])
    (hidden,) = export_persons(world.runtime.database, none)
    assert rows_of(hidden, "home_visit") == []
    assert "home_visit" in hidden["unread"]
    assert list(export_persons(world.runtime.database, world.actor("cem_officer"))) == []


def read(world: World, actor: Actor, action: str) -> int:
    """How often somebody did something, by the trace."""
    with world.runtime.database.reporting("ruv_sealer") as sealer:
        query = select(func.count()).where(AuditEvent.user_id == actor.user_id, AuditEvent.action == action)
        return sealer.scalar(query) or 0


def test_what_does_not_open_is_said_and_the_rest_is_shown(new: New, world: World, admin: Engine) -> None:
    person, justice = visited(new, world)
    new.write(world, justice, person.case, visited_on=date(2026, 4, 1), note="Volvió a casa")
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE home_visit SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) "
            "WHERE victim_id = %s AND visited_on = '2026-03-09'",
            (person.victim_id,),
        )
    found, _ = file_of(person)
    (kind,) = [kind for kind in found["registros"] if kind["tipo"] == "home_visit"]
    lost, whole = kind["filas"]
    assert NOTE not in str(lost)
    assert "su sello está roto" in str(lost)
    assert "Volvió a casa" in str(whole)


def test_what_does_not_open_stops_no_export(world: World, admin: Engine) -> None:
    person = registered(world)
    _, justice, _ = shared_with(world, person, "udavit_officer")
    path = f"{API}/cases/{person.case}/protection-measures"
    ok(justice.post(path, json={"type": "ALEJAMIENTO", "resolution": "Resolución 77"}), 201)
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE protection_measure SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) "
            "WHERE victim_id = %s",
            (person.victim_id,),
        )
    (found,) = export_persons(world.runtime.database, person.officer)
    assert found["broken"] == ["medidas"]
    assert {"casos", "derivaciones"} <= {rows["kind"] for rows in found["rows"]}


def test_a_row_that_its_declaration_does_not_suffice_to_read_is_refused() -> None:
    with pytest.raises(TypeError, match="plan_review"):
        kind_of(rows.ROWS["plan_review"])
    with pytest.raises(TypeError, match="case_note"):
        kind_of(rows.ROWS["case_note"])


def test_a_new_kind_of_row_is_among_what_is_erased(new: New) -> None:
    held = {one.table: one.columns for one in tables_of_persons()}
    assert held[new.row.table] == ("victim_id",)


def test_every_table_about_a_person_is_erased_before_what_it_refers_to() -> None:
    held = [one.table for one in tables_of_persons()]
    about_her = {name for name, table in Base.metadata.tables.items() if "victim_id" in table.c}
    assert about_her <= set(held)
    assert {"victim", "record_merge"} <= set(held)
    for place, name in enumerate(held):
        later = {key.column.table.name for key in Base.metadata.tables[name].foreign_keys} - {name}
        assert not later & set(held[:place]), name


def test_every_declared_row_is_of_one_kind_and_every_name_has_a_label() -> None:
    tables = [table for kind in kinds() for table in kind.tables]
    assert len(tables) == len(set(tables))
    assert set(rows.ROWS) - set(tables) == {"shelter_site", "proceeding"}  # those two are about no person
    assert len({kind.key for kind in kinds()}) == len(kinds())
    shapes = [kind.shape for kind in READ_BY_SLICES]
    shapes += [inner for shape in shapes for inner in shape.inside.values()]
    names = {(shape.table, name) for shape in shapes for name in shape.tells.replace("*", "").split()}
    for shape in shapes:
        for name in shape.tells.replace("*", "").split():
            shape.value(name, {})
    told = {name for _, name in names} | {f"{table}.{name}" for table, name in names} | {WRITTEN_AT}
    assert set(telling._labels()) <= told
