"""Content digests have a key of their own: what was imported or requested is recognised after a rotation."""

from __future__ import annotations

from sqlalchemy import URL, text

from app.access.act import CARE, Act
from app.config import Settings
from app.postgres.names import OWNER
from app.runtime import Runtime, assemble, install
from app.services.idempotency import remember, replayed
from app.services.index_keys.rotation import rotate
from app.services.interop.ctdc import FORMAT
from app.services.interop.rows import RowKeys
from app.vault import RootKey
from tests.factories import World


def test_an_older_installation_keeps_its_digests(
    console: Runtime, urls: dict[str, URL], own: Settings, root: RootKey
) -> None:
    with console.database.reporting(OWNER) as connection:
        connection.execute(text("DELETE FROM kek WHERE purpose = 'digest'"))
    with assemble(own, urls, install(urls, own)) as upgraded:
        assert upgraded.vault.secret("digest") == upgraded.vault.secret("index")
        rotate(upgraded.database, root, lambda *_: None)
    with assemble(own, urls, install(urls, own)) as later:
        assert later.vault.secret("digest") == upgraded.vault.secret("digest")
        assert later.vault.secret("index") != later.vault.secret("digest")


def test_a_new_installation_has_two_keys(console: Runtime) -> None:
    assert console.vault.secret("digest") != console.vault.secret("index")


def test_rows_and_requests_are_recognised_after_a_rotation(
    office: World, console: Runtime, urls: dict[str, URL], own: Settings, root: RootKey
) -> None:
    clerk = office.actor("cem_officer")
    with office.session(clerk) as session:
        remember(Act(session, CARE), "una", "victims.register", ["algo"], "TP-1")
    row = RowKeys(office.runtime.vault.secret("digest"), FORMAT.source).key(b"contenido")
    rotate(console.database, root, lambda *_: None)
    with assemble(own, urls, root) as later:
        after = World(later, office.base_url)
        with after.session(clerk) as session:
            assert replayed(Act(session, CARE), "una", "victims.register", ["algo"]) == "TP-1"
        assert RowKeys(later.vault.secret("digest"), FORMAT.source).key(b"contenido") == row
