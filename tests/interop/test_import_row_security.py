"""`import_row` in the database: a unit sees its own rows, and adds only for persons it is registering."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.access.actor import Actor
from app.services.interop.rows import RowKeys, content_of, read_rows
from tests.factories import World
from tests.interop.files import CTDC, ctdc_file, ctdc_rows, load

ADD = """
INSERT INTO import_row (unit_id, source, row_key, victim_id, imported_by)
VALUES (:unit, 'S', decode(md5(random()::text), 'hex'), :victim, :user)
"""


@pytest.fixture
def police(world: World, tmp_path: Path) -> Actor:
    """An officer whose unit imported three persons."""
    actor = world.actor("police_investigator")
    load(world, actor, ctdc_file(tmp_path / "c.csv", ctdc_rows(3)), CTDC)
    return actor


def seen(world: World, actor: Actor) -> int:
    with world.session(actor) as session:
        return int(session.execute(text("SELECT count(*) FROM import_row")).scalar_one())


def test_rows_are_seen_by_their_unit_alone(world: World, police: Actor) -> None:
    assert seen(world, police) == 3
    for role in ("police_investigator", "cem_officer", "registry_steward", "data_protection_officer"):
        assert seen(world, world.actor(role)) == 0


def test_a_role_of_the_unit_that_imports_nothing_sees_nothing(world: World, police: Actor) -> None:
    with world.session(police) as session:
        code = session.execute(
            text("SELECT code FROM unit WHERE id = :id"), {"id": police.unit_id}
        ).scalar_one()
    assert seen(world, world.actor("analyst", unit=code)) == 0


def test_row_level_security_holds_for_the_owner_too(world: World) -> None:
    with world.runtime.database.engine("ruv_owner").connect() as owner:
        query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = 'import_row'"
        assert tuple(owner.execute(text(query)).one()) == (True, True)
        assert owner.execute(text("SELECT count(*) FROM import_row")).scalar_one() == 0


def test_rows_are_added_for_persons_being_registered_only(world: World, police: Actor) -> None:
    with world.session(police) as session:
        victim = session.execute(text("SELECT victim_id FROM import_row LIMIT 1")).scalar_one()
    other = world.actor("police_investigator")
    for actor, values in (
        (police, {"unit": police.unit_id, "user": police.user_id}),  # registered before, not now
        (other, {"unit": other.unit_id, "user": other.user_id}),  # somebody else's person
        (other, {"unit": police.unit_id, "user": other.user_id}),  # somebody else's unit
    ):
        with pytest.raises(ProgrammingError) as refused, world.session(actor) as session:
            session.execute(text(ADD), {"victim": victim, **values})
        assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("act", ["UPDATE import_row SET source = 'X'", "DELETE FROM import_row"])
def test_rows_are_neither_changed_nor_deleted(world: World, police: Actor, act: str) -> None:
    with pytest.raises(ProgrammingError), world.session(police) as session:
        session.execute(text(act))
    assert seen(world, police) == 3


@pytest.mark.parametrize("role", ["ruv_report", "ruv_release", "ruv_sealer"])
def test_no_other_database_role_reads_them(world: World, role: str) -> None:
    with pytest.raises(ProgrammingError), world.runtime.database.reporting(role) as connection:
        connection.execute(text("SELECT row_key FROM import_row"))


def test_a_stored_key_is_not_a_hash_one_could_guess(world: World, police: Actor, tmp_path: Path) -> None:
    rows = list(read_rows(ctdc_file(tmp_path / "d.csv", ctdc_rows(3))))
    with world.session(police) as session:
        stored = {bytes(key) for (key,) in session.execute(text("SELECT row_key FROM import_row"))}
    own = RowKeys(world.runtime.vault.secret("digest"), CTDC.source)
    anybody = RowKeys(b"", CTDC.source)
    assert stored == {own.key(content_of(row.cells)) for row in rows}
    assert not stored & {anybody.key(content_of(row.cells)) for row in rows}
    assert not stored & {hashlib.sha256(content_of(row.cells)).digest() for row in rows}
