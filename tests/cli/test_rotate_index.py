"""`ruv keys rotate --index` on an installation of its own: killed, it goes on where it stopped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.runtime import Runtime, open_runtime
from tests.factories import World
from tests.keys.people import found, identity, owner_sees, tokens_by_version

from .conftest import Ruv

ROOT = Path(__file__).resolve().parents[2]
RUV = [sys.executable, "-c", "from app.cli import main; main()"]
PERSONS = 60


@pytest.fixture(scope="module")
def installation(installed: Path) -> Iterator[Runtime]:
    """The same installation, opened by a process at work."""
    cheap = Settings(data_dir=installed, argon2_memory_kib=64, argon2_time_cost=1, postgres_grace=2)
    runtime = open_runtime(cheap)
    yield runtime
    runtime.close()


def records_done(runtime: Runtime) -> int:
    rows = owner_sees(runtime, "SELECT records FROM index_rotation WHERE finished_at IS NULL")
    return int(rows[0][0]) if rows else 0


def test_killed_without_warning_it_goes_on(ruv: Ruv, installed: Path, installation: Runtime) -> None:
    world = World(installation, "http://127.0.0.1:9")
    clerk = world.actor("cem_officer")
    people = {world.register(clerk, identity=who).code: who for who in [identity() for _ in range(PERSONS)]}

    here = ("--data-dir", installed)
    killed = subprocess.Popen(
        [*RUV, "keys", "rotate", "--index", "--batch", "1", "--data-dir", str(installed)],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    until = time.monotonic() + 60
    while records_done(installation) < 2 and killed.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    done = records_done(installation)
    assert 2 <= done < PERSONS, "it was killed in the middle"
    assert all(code in found(world, clerk, who) for code, who in people.items())

    status = json.loads(ruv("keys", "status", "--json", *here).out)
    index = {key["version"]: key for key in status["keys"] if key["purpose"] == "index"}
    assert {version: key["state"] for version, key in index.items()} == {1: "anterior", 2: "en uso"}
    assert 0 < index[2]["tokens"] < index[1]["tokens"]
    assert (status["rotation"]["version"], status["rotation"]["records"]) == (2, done)

    resumed = ruv("keys", "rotate", "--index", "--json", *here)
    assert resumed.code == 0, resumed.err
    assert json.loads(resumed.out) == {"version": 2, "records": PERSONS}
    assert all(code in found(world, clerk, who) for code, who in people.items())
    assert set(tokens_by_version(installation)) == {2}
    assert not [
        value for who in people.values() for value in who.values() if str(value) in resumed.out + resumed.err
    ]

    table = ruv("keys", "status", *here).out
    assert "retirada" in table
    assert "sin terminar" not in table


def test_it_must_be_told_which_key(ruv: Ruv, installed: Path) -> None:
    refused = ruv("keys", "rotate", "--data-dir", installed)
    assert refused.code == 2
    assert "--index" in refused.err
