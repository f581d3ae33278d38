"""Start, share, stop, kill: what the supervisor promises."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.postgres import ServerHandle, ServerOptions, ServerStartError, VersionError, ensure_server
from app.postgres.layout import Layout, try_lock
from app.postgres.processes import is_alive

from .conftest import AT_ONCE, REPOSITORY, answers, connect, is_stopped, kill, state_of, wait_until

HOLD = """
import sys
from pathlib import Path
from app.postgres import ServerOptions, ensure_server
with ensure_server(Path(sys.argv[1]), options=ServerOptions(grace=0.0)) as server:
    print(server.socket_dir, flush=True)
    sys.stdin.read()
"""


def holder(data_dir: Path) -> subprocess.Popen[str]:
    """Another `ruv` process that uses the server until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir)], cwd=REPOSITORY, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def table_with_rows(server: ServerHandle, rows: int) -> None:
    with connect(server) as conn:
        conn.execute("create table t as select generate_series(1, %s::int) as n", (rows,))


def count(server: ServerHandle) -> int:
    with connect(server) as conn:
        row = conn.execute("select count(*) from t").fetchone()
    assert row is not None
    return int(row[0])


def test_starts_says_so_and_stops_with_its_only_user(data_dir: Path) -> None:
    said: list[str] = []
    with ensure_server(data_dir, options=AT_ONCE, progress=said.append) as server:
        assert answers(server)
        assert "Creando la base de datos." in said
    wait_until(lambda: is_stopped(data_dir))
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()


def test_data_survives_a_stop(data_dir: Path) -> None:
    with ensure_server(data_dir, options=AT_ONCE) as server:
        table_with_rows(server, 10)
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert count(server) == 10


def test_close_waits_for_the_stop_when_asked_and_is_idempotent(data_dir: Path) -> None:
    server = ensure_server(data_dir, options=AT_ONCE)
    server.close(wait=20.0)
    assert is_stopped(data_dir)
    server.close()


def test_processes_share_one_server_and_the_last_one_stops_it(data_dir: Path) -> None:
    others = [holder(data_dir) for _ in range(4)]
    assert len({other.stdout.readline() for other in others if other.stdout}) == 1
    pid = state_of(data_dir).postgres_pid
    for other in others[:-1]:
        leave(other)
    time.sleep(0.5)
    assert is_alive(pid)
    assert state_of(data_dir).postgres_pid == pid
    leave(others[-1])
    wait_until(lambda: is_stopped(data_dir) and not is_alive(pid))


def test_a_killed_user_gives_its_reference_back(data_dir: Path) -> None:
    other = holder(data_dir)
    assert other.stdout
    other.stdout.readline()
    other.kill()
    other.communicate()
    wait_until(lambda: is_stopped(data_dir))


def test_grace_keeps_the_server_for_the_next_user(data_dir: Path) -> None:
    options = ServerOptions(grace=30.0)
    ensure_server(data_dir, options=options).close()
    pid = state_of(data_dir).postgres_pid
    time.sleep(0.4)
    with ensure_server(data_dir, options=options):
        assert state_of(data_dir).postgres_pid == pid


def killed_postmaster(server: ServerHandle) -> float:
    """Seconds until another one answers."""
    old = state_of(server.data_dir).postgres_pid
    kill(old)
    return wait_until(lambda: state_of(server.data_dir).postgres_pid not in (0, old) and answers(server))


def test_a_killed_postmaster_is_back_with_its_rows(server: ServerHandle) -> None:
    table_with_rows(server, 1000)
    for _ in range(3):
        killed_postmaster(server)
        assert count(server) == 1000


@pytest.mark.soak
def test_a_killed_postmaster_is_back_within_two_seconds(server: ServerHandle) -> None:
    """For a machine with nothing else to do."""
    table_with_rows(server, 1000)
    assert statistics.median(killed_postmaster(server) for _ in range(20)) < 2.0


def test_a_killed_supervisor_is_replaced_while_somebody_uses_the_server(server: ServerHandle) -> None:
    table_with_rows(server, 1000)
    old = state_of(server.data_dir).supervisor_pid
    kill(old)
    wait_until(lambda: state_of(server.data_dir).supervisor_pid not in (0, old) and answers(server))
    assert count(server) == 1000
    server.close()
    wait_until(lambda: is_stopped(server.data_dir))


@pytest.mark.parametrize("first", ["supervisor", "postgres"])
def test_everything_killed_and_the_next_start_works(data_dir: Path, first: str) -> None:
    other = holder(data_dir)
    assert other.stdout
    other.stdout.readline()
    with ensure_server(data_dir, options=AT_ONCE) as server:
        table_with_rows(server, 1000)
    state = state_of(data_dir)
    pids = [state.supervisor_pid, state.postgres_pid]
    other.kill()
    kill(*(pids if first == "supervisor" else reversed(pids)))
    other.communicate()
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert count(server) == 1000


@pytest.mark.skipif(sys.platform != "linux", reason="la señal por muerte del padre es de Linux")
def test_a_killed_supervisor_takes_its_server_down_cleanly(data_dir: Path) -> None:
    other = holder(data_dir)
    assert other.stdout
    other.stdout.readline()
    state = state_of(data_dir)
    other.kill()
    kill(state.supervisor_pid)
    other.communicate()
    wait_until(lambda: not is_alive(state.postgres_pid))
    assert "database system is shut down" in (data_dir / "postgres.log").read_text()
    assert not (data_dir / "pgdata" / "postmaster.pid").exists()
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)


def test_a_lock_file_of_an_unreaped_or_foreign_process_does_not_stop_the_start(data_dir: Path) -> None:
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)
    lock = data_dir / "pgdata" / "postmaster.pid"
    zombie = subprocess.Popen([sys.executable, "-c", ""])
    wait_until(lambda: not is_alive(zombie.pid))
    for pid in (zombie.pid, os.getpid(), 2**22 - 1):
        lock.write_text(f"{pid}\n{data_dir / 'pgdata'}\n1700000000\n5432\n\n\n  1234567   1\nready   \n")
        with ensure_server(data_dir, options=AT_ONCE) as server:
            assert answers(server)
        wait_until(lambda: is_stopped(data_dir))
    zombie.wait()


def test_a_start_that_cannot_succeed_says_why(data_dir: Path) -> None:
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)
    (data_dir / "pgdata" / "local.conf").write_text("max_connections = 'muchas'\n")
    with pytest.raises(ServerStartError, match=r"PostgreSQL no arranca: .*configuration file"):
        ensure_server(data_dir, options=AT_ONCE)
    (data_dir / "pgdata" / "local.conf").unlink()
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert answers(server)


def test_data_of_another_major_version_is_refused(data_dir: Path) -> None:
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)
    (data_dir / "pgdata" / "PG_VERSION").write_text("14\n")
    with pytest.raises(VersionError, match="Los datos son de PostgreSQL 14"):
        ensure_server(data_dir, options=AT_ONCE)


def test_half_a_creation_is_thrown_away(data_dir: Path) -> None:
    half = Layout.of(data_dir).root / "pgdata.borrador-0000"
    half.mkdir()
    (half / "PG_VERSION").write_text("17\n")
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert answers(server)
        assert not half.exists()


def test_the_server_leaves_when_its_folder_is_removed(data_dir: Path) -> None:
    server = ensure_server(data_dir, options=AT_ONCE)
    pids = [state_of(data_dir).supervisor_pid, state_of(data_dir).postgres_pid]
    data_dir.rename(data_dir.with_name("otra"))
    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    server.close()


def moved_away(root: Path) -> int:
    """Move the cluster in use away; until the start lock it returns is closed nobody starts a supervisor."""
    old = state_of(root)
    start = Layout(root).open_lock("start")
    wait_until(lambda: try_lock(start))
    kill(old.supervisor_pid)
    wait_until(lambda: not is_alive(old.postgres_pid))
    (root / "pgdata").rename(root / "retirada")
    return start


def test_no_empty_database_takes_the_place_of_one_in_use_that_is_gone(server: ServerHandle) -> None:
    """Whoever still works on it would take it for its own."""
    root, old = server.data_dir, state_of(server.data_dir)
    os.close(moved_away(root))
    wait_until(lambda: state_of(root) != old and state_of(root).status in {"failed", "ready"})
    assert "ya no está en" in state_of(root).message
    assert not (root / "pgdata").exists()


def test_who_comes_to_it_makes_no_empty_database_while_others_use_the_one_that_is_gone(
    server: ServerHandle,
) -> None:
    root = server.data_dir
    table_with_rows(server, 10)
    server._closing.set()  # as of a process too busy to look after its server
    server._watcher.join()
    os.close(moved_away(root))
    for _ in range(2):
        with pytest.raises(ServerStartError, match="ya no está en"):
            ensure_server(root, options=AT_ONCE)
        assert not (root / "pgdata").exists()
    (root / "retirada").rename(root / "pgdata")
    with ensure_server(root, options=AT_ONCE) as back:
        assert count(back) == 10


def test_where_nobody_uses_it_any_more_one_that_is_gone_is_made_anew(data_dir: Path) -> None:
    ensure_server(data_dir, options=AT_ONCE).close(wait=20.0)
    wait_until(lambda: is_stopped(data_dir))
    (data_dir / "pgdata").rename(data_dir / "retirada")
    with ensure_server(data_dir, options=AT_ONCE) as server:
        assert answers(server)


def test_a_fork_keeps_the_reference_of_its_parent(data_dir: Path) -> None:
    server = ensure_server(data_dir, options=AT_ONCE)
    gate_out, gate_in = os.pipe()
    child = os.posix_spawn(
        sys.executable, [sys.executable, "-c", "import os; os.read(0, 1)"], {},
        file_actions=[(os.POSIX_SPAWN_DUP2, gate_out, 0), (os.POSIX_SPAWN_DUP2, server._clients or 0, 9)],
    )  # fmt: skip
    pid = state_of(data_dir).postgres_pid
    server.close()
    time.sleep(0.5)
    assert is_alive(pid)
    os.write(gate_in, b"1")
    os.waitpid(child, 0)
    wait_until(lambda: is_stopped(data_dir))
    os.close(gate_in)
    os.close(gate_out)
