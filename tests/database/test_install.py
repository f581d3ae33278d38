"""Installing: a database with keys is opened by its own root key or left alone; installers take turns."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url, text

from app.config import Settings
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.runtime import WrongRootKey, assemble, install
from app.vault import FileRoot

INSTALL = """
import sys
from pathlib import Path
from sqlalchemy import make_url
from app.config import Settings
from app.runtime import install
urls = {r: make_url(u) for r, u in (a.split("=", 1) for a in sys.argv[2:])}
for _ in range(4):
    install(urls, Settings(data_dir=Path(sys.argv[1])))
"""


@pytest.fixture
def urls(server: ServerHandle) -> Iterator[dict[str, str]]:
    """URLs of a database of the test's own."""
    name = f"ruv_install_{secrets.token_hex(4)}"
    create_roles_and_database(server.superuser_url(), name)
    yield {role: server.url(role, name) for role in (APP, SEALER, REPORT, RELEASE, OWNER)}
    engine = create_engine(server.superuser_url(), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def test_a_missing_or_foreign_root_key_is_refused_and_nothing_is_made(
    urls: dict[str, str], tmp_path: Path
) -> None:
    made = {role: make_url(url) for role, url in urls.items()}
    settings = Settings(data_dir=tmp_path / "uno")
    install(made, settings)
    owner = create_engine(urls[OWNER], poolclass=NullPool)
    with owner.begin() as connection:  # as if a later version brought a new compartment
        connection.execute(text("DELETE FROM kek WHERE purpose = 'outcome'"))
    kept = settings.root_key_path.read_bytes()
    settings.root_key_path.unlink()
    with pytest.raises(WrongRootKey, match="Falta la llave raíz"):
        install(made, settings)
    assert not settings.root_key_path.exists()
    FileRoot.create(settings.root_key_path)
    with pytest.raises(WrongRootKey, match="no es la de esta base"):
        install(made, settings)
    settings.root_key_path.write_bytes(kept)
    opened = assemble(settings, made, install(made, settings))
    assert "outcome" in opened.vault.purposes()
    opened.close()


def test_installers_take_turns(urls: dict[str, str], tmp_path: Path) -> None:
    arguments = [
        sys.executable,
        "-c",
        INSTALL,
        str(tmp_path),
        *(f"{role}={url}" for role, url in urls.items()),
    ]
    running = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    assert [code for _, code in ends] == [0] * 4, ends
