"""Who runs the server, who may connect, and that no folder is opened on the way."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

import psycopg
import pytest

from app.postgres import AccountError, ServerHandle, ServerOptions, ServerStartError, ensure_server
from app.postgres.accounts import Account, can_reach, current_account, server_account
from app.postgres.layout import SOCKET_NAME, Layout, socket_dir

from .conftest import AT_ONCE, PlainUser, connect, is_stopped, needs_root, state_of, wait_until

USE = """
import os, sys
from pathlib import Path
import psycopg
from app.postgres import ServerOptions, create_roles_and_database, ensure_server
with ensure_server(Path(sys.argv[1]), options=ServerOptions(grace=0.0)) as server:
    create_roles_and_database(server.superuser_url())
    for role in ("ruv_app", "ruv_owner", "postgres"):
        with psycopg.connect(host=str(server.socket_dir), user=role, dbname="ruv") as conn:
            print(conn.execute("select current_user").fetchone()[0])
    print(os.stat(server.data_dir / "pgdata").st_uid == os.geteuid())
    server.close(wait=30)
"""

INTRUDE = """
import sys
import psycopg
try:
    psycopg.connect(host=sys.argv[1], user=sys.argv[2], dbname="postgres")
except psycopg.OperationalError as problem:
    print("refused", str(problem).splitlines()[0])
else:
    print("inside")
"""


def modes_above(path: Path) -> dict[Path, int]:
    return {parent: stat.S_IMODE(parent.stat().st_mode) for parent in path.resolve().parents}


def process_uids(pid: int) -> set[int]:
    line = next(s for s in Path(f"/proc/{pid}/status").read_text().splitlines() if s.startswith("Uid:"))
    return {int(word) for word in line.split()[1:]}


def test_a_plain_user_runs_its_own_server(plain_user: PlainUser) -> None:
    done = plain_user.run(USE, str(plain_user.home / "datos"))
    assert done.stderr == ""
    assert done.stdout.split() == ["ruv_app", "ruv_owner", "postgres", "True"]
    assert is_stopped(plain_user.home / "datos")


@needs_root
def test_root_joins_the_data_of_a_plain_user_as_that_user(plain_user: PlainUser) -> None:
    folder = plain_user.home / "datos"
    assert plain_user.run(USE, str(folder)).returncode == 0
    with ensure_server(folder, options=AT_ONCE) as server:
        assert process_uids(state_of(folder).postgres_pid) == {(folder / "pgdata").stat().st_uid}
        connect(server).close()
    wait_until(lambda: is_stopped(folder))
    done = plain_user.run(USE, str(folder))
    assert done.returncode == 0, done.stderr


@needs_root
def test_started_by_root_the_server_is_not_root_and_every_mode_above_stays(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)
    before = modes_above(data_dir)
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert 0 not in process_uids(state_of(data_dir).postgres_pid)
        for role in ("ruv_app", "ruv_owner", "ruv_sealer", "ruv_report", "ruv_release"):
            with connect(server) as conn:
                conn.execute(f"create role {role} login")  # type: ignore[call-overload]
            connect(server, role).close()
    assert modes_above(data_dir) == before
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "pgdata").stat().st_mode) == 0o700


@needs_root
def test_the_shared_account_nobody_gets_in_to_no_role_of_a_server_of_root(
    plain_user: PlainUser, server: ServerHandle
) -> None:
    with connect(server) as conn:
        conn.execute("create role ruv_app login")
    for role in ("ruv_app", "postgres"):
        assert plain_user.run(INTRUDE, str(server.socket_dir), role).stdout.startswith("refused")


@needs_root
def test_another_account_does_not_reach_the_socket(plain_user: PlainUser, data_dir: Path) -> None:
    with ensure_server(data_dir, options=ServerOptions(grace=0.0, account="daemon")) as server:
        assert (data_dir / "pgdata").stat().st_uid != 0
        done = plain_user.run(INTRUDE, str(server.socket_dir), "postgres")
    assert done.stdout.startswith("refused")
    assert "Permission denied" in done.stdout


@needs_root
@pytest.mark.parametrize(
    ("account", "says"), [("root", "no puede ejecutarse como root"), ("nadie-existe", "no existe")]
)
def test_an_unfit_account_is_refused(data_dir: Path, account: str, says: str) -> None:
    with pytest.raises(AccountError, match=says):
        ensure_server(data_dir, options=ServerOptions(account=account))


@needs_root
def test_data_of_one_account_are_not_run_by_another(data_dir: Path) -> None:
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)
    with pytest.raises(AccountError, match="pertenecen a la cuenta «nobody»"):
        ensure_server(data_dir, options=ServerOptions(account="daemon"))


def test_a_user_id_without_a_name_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    with pytest.raises(AccountError, match="no tiene entrada"):
        server_account(None, tmp_path, tmp_path / "pgdata")


@pytest.mark.parametrize("name", ["x" * 90, "con espacio, y coma", "ñandú"])
def test_an_awkward_path_gets_its_socket_elsewhere(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    try:
        with ensure_server(folder, options=AT_ONCE) as server:
            assert len(os.fsencode(server.socket_dir / SOCKET_NAME)) <= 107
            with psycopg.connect(server.superuser_url().replace("+psycopg", "")) as conn:
                assert conn.execute("select 1").fetchone() == (1,)
            elsewhere = server.socket_dir
    finally:
        wait_until(lambda: is_stopped(folder))
    wait_until(lambda: not elsewhere.exists())


def test_a_short_open_path_keeps_its_socket_inside() -> None:
    place = Path(tempfile.mkdtemp(prefix="ruv-"))
    try:
        place.chmod(0o755)
        with ensure_server(place, options=AT_ONCE) as server:
            assert server.socket_dir == place.resolve() / "socket"
            assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        wait_until(lambda: is_stopped(place))
    finally:
        shutil.rmtree(place)


def test_a_socket_folder_laid_by_somebody_else_is_not_used(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path / ("x" * 90))
    folder = socket_dir(layout, current_account())
    try:
        folder.chmod(0o777)
        with pytest.raises(ServerStartError, match="no es privada"):
            socket_dir(layout, current_account())
        folder.rmdir()
        folder.symlink_to(tmp_path)
        with pytest.raises(ServerStartError, match="no es privada"):
            socket_dir(layout, current_account())
    finally:
        folder.unlink(missing_ok=True)


def test_reach_is_judged_folder_by_folder(tmp_path: Path) -> None:
    stranger = Account("otra", 54321, 54321, switch=True)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert can_reach(inner, current_account())
    (tmp_path / "a").chmod(0o700)
    assert not can_reach(inner, stranger)
    assert can_reach(Path("/usr/bin"), stranger)
    assert not can_reach(tmp_path / "a", Account("otra", os.getuid() + 1, 54321, switch=True))
