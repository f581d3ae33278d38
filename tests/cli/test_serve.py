"""`ruv serve` as an operator has it: started, asked, stopped, killed, started again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from app.cli import serve as subject
from app.cli._console import Failure
from app.config import Settings
from app.postgres.layout import Layout, read_state
from app.postgres.processes import is_alive
from tests.factories import LOOPBACK

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
RUV = [sys.executable, "-c", "from app.cli import main; main()"]
SECRET = "Rosalia-Huaman-40117410"


class Served(NamedTuple):
    """A running `ruv serve`: its process, its address, and the file of its messages."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def said(self) -> str:
        """Everything it wrote."""
        return self.log.read_text(encoding="utf-8")


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Processes whose parent is `pid`."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if parent == str(pid):
            found.append(int(stat.parent.name))
    return found


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5, verify=LOOPBACK).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def serving(data_dir: Path, log: Path, *options: str, port: int = 0) -> Iterator[Served]:
    """Start `ruv serve` and wait until it answers; killed at the end if it still runs."""
    environment = {**os.environ, "RUV_POSTGRES_GRACE": "0.5", "RUV_POOL_SIZE": "4"}
    command = [*RUV, "serve", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--data-dir", str(data_dir), *options],
            cwd=ROOT,
            env=environment,
            stderr=out,
            stdout=out,
        )
    try:
        wait_until(lambda: "http://" in log.read_text() or process.poll() is not None, "no address")
        found = re.search(r"http://[\d.:]+", log.read_text())
        assert found, log.read_text()
        url = found[0]
        wait_until(lambda: ready(url), log.read_text())
        yield Served(process, url, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installed data folder, which the tests of this module use one after the other."""
    folder = tmp_path_factory.mktemp("servido") / "datos"
    subprocess.run(
        [*RUV, "db", "upgrade", "--data-dir", str(folder)],
        cwd=ROOT, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    return folder


def is_stopped(data_dir: Path) -> bool:
    state = read_state(Layout.of(data_dir))
    return state is not None and state.status == "stopped"


def test_two_workers_on_a_new_folder_answer_and_stop_cleanly(tmp_path: Path) -> None:
    data_dir = tmp_path / "datos"
    with serving(data_dir, tmp_path / "log", "--workers", "2") as served:
        wait_until(lambda: len(children(served.process.pid)) >= 2, "two workers")
        state = read_state(Layout.of(data_dir))
        assert state is not None
        for _ in range(8):
            assert httpx.get(f"{served.url}/healthz").json() == {"status": "ok"}
        refused = httpx.post(
            f"{served.url}/api/v1/auth/token",
            data={"username": SECRET, "password": SECRET},
            params={"x": SECRET},
        )
        assert refused.status_code == 401
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(PATIENCE) == 0
        assert is_stopped(data_dir)
        assert not is_alive(state.postgres_pid)
        assert "database system is shut down" in (data_dir / "postgres.log").read_text()
        said = served.said()
    # The first start tells where data and keys are, and that the key is to be kept apart.
    assert str(data_dir / "keys" / "root.json") in said
    assert "Copie la llave raíz" in said
    assert '"POST /api/v1/auth/token HTTP/1.1" 401' in said
    assert SECRET not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_process_stops_cleanly_too(data_dir: Path, tmp_path: Path, number: signal.Signals) -> None:
    with serving(data_dir, tmp_path / "log") as served:
        assert ready(served.url)
        served.process.send_signal(number)
        assert served.process.wait(PATIENCE) == 0
        assert is_stopped(data_dir)
        assert "Copie la llave raíz" not in served.said()
        assert "Traceback" not in served.said()


def test_a_killed_parent_leaves_nothing_behind_and_the_next_start_works(
    data_dir: Path, tmp_path: Path
) -> None:
    with serving(data_dir, tmp_path / "log", "--workers", "2") as served:
        wait_until(lambda: len(children(served.process.pid)) >= 2, "two workers")
        workers = children(served.process.pid)
        port = int(served.url.rpartition(":")[2])
        served.process.kill()
        served.process.wait(PATIENCE)
        # At once, on the same port: the workers of the killed parent are still about to leave.
        with serving(data_dir, tmp_path / "log2", "--workers", "2", port=port) as again:
            assert again.url == served.url
            wait_until(lambda: not any(is_alive(pid) for pid in workers), "the old workers leave")
            assert ready(again.url)
            again.process.send_signal(signal.SIGTERM)
            assert again.process.wait(PATIENCE) == 0
    assert is_stopped(data_dir)


def test_workers_that_cannot_start_are_a_failure() -> None:
    code = """
import uvicorn
from app.cli.serve import _run, listen
_run(uvicorn.Config("app.cli.nada:create", factory=True, workers=2), listen("127.0.0.1", 0))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 1
    assert "Failure: Los procesos que atienden no pudieron arrancar" in done.stderr


@pytest.mark.parametrize("workers", [1, 3, 4, 16, 64])
def test_the_pools_of_all_workers_fit_the_embedded_server(
    workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = subject._sharing_connections(Settings(), workers)
    for name in ("RUV_POOL_SIZE", "RUV_MAX_OVERFLOW"):
        monkeypatch.delenv(name, raising=False)
    assert workers * (shared.pool_size + shared.max_overflow) <= 160
    assert shared.pool_size >= 1
    if workers <= 3:
        assert (shared.pool_size, shared.max_overflow) == (20, 30)


def test_a_taken_port_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_PORT_PATIENCE", 0.3)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Failure, match="ya está ocupado"):
            subject.listen("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(Failure, match="no se puede usar"):
        subject.listen("203.0.113.1", 0)
