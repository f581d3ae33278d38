"""Which PostgreSQL is used, which is refused, and the copy for an account that cannot reach it."""

from __future__ import annotations

import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import Settings
from app.postgres import BinariesError, ServerOptions, VersionError, ensure_server
from app.postgres import binaries as subject
from app.postgres.accounts import Account, can_reach, current_account
from app.postgres.binaries import MINIMUM_MINOR, Binaries, find_binaries, readable_by, require_version
from app.runtime import server_options

from .conftest import connect, is_stopped, needs_root, wait_until

DISTRIBUTION = [*sorted(Path("/usr/lib/postgresql").glob("*/bin")), Path("/usr/local/bin")]
USABLE = [path for path in DISTRIBUTION if (path / "postgres").exists() and (path / "initdb").exists()]
STRANGER = Account("otra", 54321, 54321, switch=True)


def fake(folder: Path, answer: str) -> Path:
    folder.mkdir()
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_wheel_is_the_default() -> None:
    found = find_binaries()
    assert found.major == 17
    require_version(found.major, found.minor)


@pytest.mark.parametrize("folder", USABLE or [None], ids=str)
def test_programs_of_the_distribution_serve_as_well(folder: Path | None, data_dir: Path) -> None:
    if folder is None:
        pytest.skip("este sistema no trae un servidor PostgreSQL")
    with ensure_server(data_dir, options=ServerOptions(bin_dir=folder, grace=0.0)) as server:
        with connect(server) as conn:
            row = conn.execute("select current_setting('server_version_num')::int / 10000").fetchone()
            collation = conn.execute("select datcollate from pg_database limit 1").fetchone()
        assert row == (find_binaries(folder).major,)
        assert server.version.startswith(f"{find_binaries(folder).major}.")
        assert collation is not None
        assert collation[0] in {"C", "C.UTF-8"}
    wait_until(lambda: is_stopped(data_dir))


def test_the_environment_names_the_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RUV_POSTGRES_BIN", str(tmp_path))
    monkeypatch.setenv("RUV_POSTGRES_ACCOUNT", "ruv")
    monkeypatch.setenv("RUV_POSTGRES_GRACE", "2.5")
    assert server_options(Settings()) == ServerOptions(tmp_path, "ruv", 2.5)


@pytest.mark.parametrize("answer", ["16.9", "15.13 (Debian 15.13-0+deb12u1)", "17.5", "14.20", "9.6.24"])
def test_an_old_server_is_refused_before_it_starts(tmp_path: Path, data_dir: Path, answer: str) -> None:
    folder = fake(tmp_path / "bin", f"postgres (PostgreSQL) {answer}")
    with pytest.raises(VersionError, match="PostgreSQL"):
        ensure_server(data_dir, options=ServerOptions(bin_dir=folder))
    assert not (data_dir / "pgdata").exists()


@given(major=st.integers(8, 30), minor=st.integers(0, 40))
def test_the_least_versions_are_those_with_the_row_security_fixes(major: int, minor: int) -> None:
    fine = major > max(MINIMUM_MINOR) or (major in MINIMUM_MINOR and minor >= MINIMUM_MINOR[major])
    if fine:
        require_version(major, minor)
    else:
        with pytest.raises(VersionError):
            require_version(major, minor)


def test_a_development_version_has_no_minor(tmp_path: Path) -> None:
    assert find_binaries(fake(tmp_path / "bin", "postgres (PostgreSQL) 19beta1")).major == 19


def test_what_is_no_postgresql_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BinariesError, match="No hay un programa"):
        find_binaries(tmp_path)
    with pytest.raises(BinariesError, match="no dice su versión"):
        find_binaries(fake(tmp_path / "otro", "hola"))
    lonely = fake(tmp_path / "solo", "postgres (PostgreSQL) 17.10")
    (lonely / "initdb").unlink()
    with pytest.raises(BinariesError, match="initdb"):
        find_binaries(lonely)
    (lonely / "initdb").touch()
    (lonely / "postgres").write_text("#!/no/existe\n")
    with pytest.raises(BinariesError, match="no se puede ejecutar"):
        find_binaries(lonely)


def test_a_folder_of_links_leads_to_the_installation(tmp_path: Path) -> None:
    real = fake(tmp_path / "real", "postgres (PostgreSQL) 17.10")
    links = tmp_path / "links"
    links.mkdir()
    (links / "postgres").symlink_to(real / "postgres")
    assert find_binaries(links).bin_dir == real


@pytest.fixture
def closed_tree(tmp_path: Path) -> Binaries:
    """A relocatable tree under a 0700 folder, like a virtual environment in a home."""
    prefix = tmp_path / "cerrado" / "pg"
    (prefix / "share").mkdir(parents=True)
    (prefix / "share" / "postgres.bki").write_text("x")
    fake(prefix / "bin", "postgres (PostgreSQL) 17.10")
    prefix.parent.chmod(0o700)
    return Binaries(prefix / "bin", 17, 10)


def test_within_reach_nothing_is_copied(closed_tree: Binaries) -> None:
    assert readable_by(closed_tree, current_account()) is closed_tree


def test_out_of_reach_they_are_copied_once_and_no_mode_changes(
    closed_tree: Binaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(tempfile.mkdtemp(prefix="ruv-copia-"))
    try:
        place.chmod(0o755)
        monkeypatch.setattr(subject, "_COPY_PLACES", (place,))
        before = [stat.S_IMODE(parent.stat().st_mode) for parent in closed_tree.bin_dir.parents]
        first = readable_by(closed_tree, STRANGER)
        assert can_reach(first.bin_dir / "postgres", STRANGER)
        assert readable_by(closed_tree, STRANGER) == first
        assert [path.name for path in place.iterdir()] == [first.bin_dir.parent.name]
        (closed_tree.bin_dir / "postgres").write_text("otro contenido")
        assert readable_by(closed_tree, STRANGER) != first
        assert [stat.S_IMODE(parent.stat().st_mode) for parent in closed_tree.bin_dir.parents] == before
    finally:
        shutil.rmtree(place)


def test_a_place_that_others_may_write_to_takes_no_copy(
    closed_tree: Binaries, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = tmp_path / "compartido"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setattr(subject, "_COPY_PLACES", (shared,))
    with pytest.raises(BinariesError, match="No se pudo copiar"):
        readable_by(closed_tree, STRANGER)


def test_out_of_reach_and_no_tree_is_refused(closed_tree: Binaries) -> None:
    (closed_tree.bin_dir.parent / "share" / "postgres.bki").unlink()
    with pytest.raises(BinariesError, match="no puede leer"):
        readable_by(closed_tree, STRANGER)


@needs_root
def test_a_closed_copy_of_the_wheel_runs_under_another_account(tmp_path: Path, data_dir: Path) -> None:
    prefix = tmp_path / "cerrado" / "pg"
    shutil.copytree(find_binaries().bin_dir.parent, prefix)
    prefix.parent.chmod(0o700)
    with ensure_server(data_dir, options=ServerOptions(bin_dir=prefix / "bin", grace=0.0)) as server:
        connect(server).close()
    assert stat.S_IMODE(prefix.parent.stat().st_mode) == 0o700
