"""Workers that are lost while the database is away: the service stays, and is whole when it is back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
from sqlalchemy import make_url

from app.config import Settings
from app.postgres import ServerHandle, ServerOptions, create_roles_and_database, ensure_server
from app.postgres.names import OWNER, SUPERUSER
from app.runtime import install
from tests.factories import LOOPBACK
from tests.resilience.test_kill import free_port

PATIENCE = 120.0


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@dataclass
class Door:
    """The only way to a server: a link to its socket's folder, which can be taken away and put back."""

    link: Path
    server: ServerHandle

    def open(self) -> None:
        """Let everybody in."""
        self.link.symlink_to(self.server.socket_dir)

    def close(self) -> None:
        """Nobody comes in, and who is in goes."""
        self.link.unlink()
        with psycopg.connect(host=str(self.server.socket_dir), user=SUPERUSER, dbname="postgres") as inside:
            inside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'ruv'")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """An installed server that the service knows as a configured one."""
    with ensure_server(tmp_path / "servidor", options=ServerOptions(grace=0.0)) as server:
        create_roles_and_database(server.superuser_url())
        settings = Settings(data_dir=tmp_path / "datos")
        install({OWNER: make_url(server.url(OWNER))}, settings)
        made = Door(tmp_path / "puerta", server)
        made.open()
        yield made


@contextmanager
def served(door: Door, data_dir: Path, log: Path) -> Iterator[tuple[psutil.Process, str]]:
    """`ruv serve` with two workers over the configured server; killed at the end if it still runs."""
    port = free_port()
    environment = {
        **os.environ,
        "RUV_DATABASE_URL": f"postgresql+psycopg://ruv_app@/ruv?host={door.link}",
        "RUV_POOL_SIZE": "2",
        "RUV_SCHEDULER": "off",
    }
    command = [str(Path(sys.executable).with_name("ruv")), "serve", "--workers", "2", "--port", str(port)]
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*command, "--data-dir", str(data_dir)], env=environment, stdout=out, stderr=out
        ) as child,
    ):
        service, url = psutil.Process(child.pid), f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: all_answer(service, url, 200), "the service starts")
            yield service, url
        finally:
            child.kill()
            child.wait(PATIENCE)


def workers(service: psutil.Process) -> list[psutil.Process]:
    """The processes that answer."""
    found = []
    for child in service.children():
        with suppress(psutil.NoSuchProcess):  # a zombie counts as gone
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


def all_answer(service: psutil.Process, url: str, status: int) -> bool:
    """Whether two workers run and every one of many new connections gets this answer."""
    try:
        seen = {httpx.get(f"{url}/readyz", timeout=5, verify=LOOPBACK).status_code for _ in range(8)}
    except httpx.TransportError:
        return False
    return len(workers(service)) == 2 and seen == {status}


def test_workers_lost_while_the_database_is_away_are_replaced(door: Door, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(door, tmp_path / "datos", log) as (service, url):
        door.close()
        wait_until(lambda: all_answer(service, url, 503), "away")
        lost = workers(service)
        for worker in lost:
            worker.kill()
        # The new ones answer, that they cannot serve yet: to machines and to people, in Spanish.
        wait_until(
            lambda: not set(workers(service)) & set(lost) and all_answer(service, url, 503), "replaced"
        )
        page = httpx.get(f"{url}/ingreso", timeout=5)
        machine = httpx.get(f"{url}/api/v1/me", headers={"Authorization": "Bearer x"}, timeout=5)
        assert machine.status_code == 503
        assert machine.headers["content-type"] == "application/problem+json"
        assert page.status_code in {200, 503}
        assert "<html" in page.text
        assert httpx.get(f"{url}/healthz", timeout=5).status_code == 200
        door.open()
        wait_until(lambda: all_answer(service, url, 200), "back")
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_worker_that_waits_for_the_database_stops_when_told(door: Door, tmp_path: Path) -> None:
    with served(door, tmp_path / "datos", tmp_path / "log") as (service, url):
        door.close()
        for worker in workers(service):
            worker.kill()
        wait_until(lambda: all_answer(service, url, 503), "replaced")
        service.send_signal(signal.SIGTERM)
        assert service.wait(PATIENCE) == 0
