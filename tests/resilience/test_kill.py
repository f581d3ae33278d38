"""`kill -9` of service and PostgreSQL while fifty clients write: no acknowledged write is lost."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from sqlalchemy import NullPool, create_engine, text

from app.config import Settings
from app.runtime import open_runtime
from tests.factories import LOOPBACK, World
from tests.resilience.writers import Acknowledged, faults, start_writers

CLIENTS = 50
READY_WITHIN = 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(data_dir: Path, port: int) -> Iterator[psutil.Process]:
    """`ruv serve` with two workers as a process group of its own; killed at the end if still there."""
    command = [
        str(Path(sys.executable).with_name("ruv")),
        "serve",
        "--port",
        str(port),
        "--workers",
        "2",
        "--data-dir",
        str(data_dir),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as child:
        try:
            wait_ready(port)
            yield psutil.Process(child.pid)
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGTERM)
                child.wait(30)


def wait_ready(port: int) -> None:
    """Until `/readyz` answers 200."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5, verify=LOOPBACK)
            if answer.status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError("the service did not become ready")


def postgres_of(data_dir: Path) -> list[psutil.Process]:
    """The postmaster of the data directory and its children."""
    pid = int((data_dir / "pgdata" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    master = psutil.Process(pid)
    return [master, *master.children(recursive=True)]


def kill_all(processes: list[psutil.Process]) -> None:
    """`kill -9`, parents first so that nothing is restarted by them."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def survive(tmp_path: Path, rounds: int, seconds: float) -> tuple[Acknowledged, list[str]]:
    """Write, kill everything, restart; `rounds` times. Returns what was acknowledged and what is missing."""
    data_dir = tmp_path / "datos"
    settings = Settings(data_dir=data_dir, argon2_memory_kib=64, argon2_time_cost=1, postgres_grace=0)
    done = Acknowledged()
    port = free_port()
    with open_runtime(settings) as runtime:
        world = World(runtime, "")
        tokens = [world.token(world.actor("cem_officer")) for _ in range(5)]
    for turn in range(rounds):
        with served(data_dir, port) as service:
            stop, threads = start_writers(CLIENTS, f"http://127.0.0.1:{port}", tokens, done)
            time.sleep(seconds)
            if turn % 2:  # only the database: the service stays, answers 503 for a moment, and goes on
                kill_all(postgres_of(data_dir))
                time.sleep(seconds)
            family = [service, *service.children(recursive=True)]
            kill_all([*family, *postgres_of(data_dir)])
            stop.set()
            for thread in threads:
                thread.join(30)
    with open_runtime(settings) as runtime:
        assert runtime.server is not None
        engine = create_engine(runtime.server.superuser_url("ruv"), poolclass=NullPool)
        missing = faults(engine, done)
        planted = Acknowledged(registered={"TP-0000-0000"}, contact={next(iter(done.contact), "x"): 99})
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM assignment WHERE id = (SELECT min(id) FROM assignment)"))
        kinds = " ".join(faults(engine, planted))
        assert "half done" in kinds
        assert "lost registration" in kinds
        assert "lost version" in kinds
    return done, missing


def test_nothing_acknowledged_is_lost_or_half_done(tmp_path: Path) -> None:
    done, missing = survive(tmp_path, rounds=2, seconds=2.5)
    assert missing == []
    assert len(done.registered) > CLIENTS, "too little was written for the test to mean anything"


@pytest.mark.soak
def test_nothing_is_lost_over_many_kills(tmp_path: Path) -> None:
    done, missing = survive(tmp_path, rounds=60, seconds=3.0)
    assert missing == []
    assert len(done.registered) > 60 * CLIENTS
