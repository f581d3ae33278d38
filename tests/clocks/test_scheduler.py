"""The scheduler: each tick once among processes, and nothing lost by those that are killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.config import Settings
from app.postgres import ServerHandle
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.runtime import Runtime
from app.services.scheduler import runner, sweeping
from app.services.scheduler.jobs import JOBS
from tests.clocks import workers
from tests.clocks.steps import Stage
from tests.factories import World

ROLES = (APP, SEALER, REPORT, RELEASE, OWNER)
PATIENCE = 120.0


@pytest.fixture
def urls(server: ServerHandle, runtime: Runtime, worker: str) -> dict[str, str]:
    return {role: server.url(role, f"ruv_{worker}") for role in ROLES}


@pytest.fixture
def quick_again() -> Iterator[None]:
    """The pace of the product, after a test that hurried it."""
    kept = runner._RECOVERY, runner._SILENT
    yield
    runner._RECOVERY, runner._SILENT = kept  # type: ignore[misc]


def wait_for(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def seed(stage: Stage, clocks: int) -> None:
    """Many clocks of one case that came due an hour ago and have nothing to escalate."""
    stage.run(
        "INSERT INTO clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id,"
        " due_at, next_at)"
        " SELECT %(v)s, %(c)s, 'ACTIVIDAD', 'plan_activity', %(c)s * 1000000 + n, %(code)s, %(u)s,"
        " now() - interval '1 hour', now() - interval '1 hour' FROM generate_series(1, %(n)s) n",
        v=stage.victim, c=stage.case, code=stage.case_code, u=stage.officer.unit_id, n=clocks,
    )  # fmt: skip


def fired(stage: Stage) -> int:
    return int(
        stage.run("SELECT count(*) FROM clock WHERE case_id = %(c)s AND state = 'VENCIDO'", c=stage.case)[0][
            0
        ]
    )


def kill_twice(stage: Stage, urls: dict[str, str], data_dir: Path, clocks: int) -> float:
    """Sweep `clocks` in processes that are killed twice in the middle; returns the seconds it took."""
    sweeping.sweep(stage.world.runtime.database)  # what other tests left is due as well
    seed(stage, clocks)
    batch, began = max(20, clocks // 200), time.monotonic()
    for times in (1, 2):
        process = workers.spawn(workers.dying, urls, data_dir, batch, 3)
        process.join()
        assert process.exitcode == -signal.SIGKILL
        assert fired(stage) == times * 3 * batch, "of the batch in which it was killed nothing is left"
    left = sweeping.sweep(stage.world.runtime.database)
    assert left["VENCIDO"] == clocks - 6 * batch
    seconds = time.monotonic() - began
    assert fired(stage) == clocks
    ((notices, codes),) = stage.run(
        "SELECT count(*), count(DISTINCT code) FROM notice WHERE case_id = %(c)s", c=stage.case
    )
    assert notices == codes == clocks == stage.events()
    return seconds


def test_a_sweeper_killed_twice_fires_each_clock_once(
    world: World, admin: Engine, urls: dict[str, str], settings: Settings
) -> None:
    kill_twice(Stage(world, admin), urls, settings.data_dir, 2_000)


@pytest.mark.soak
def test_a_hundred_thousand_clocks(
    world: World, admin: Engine, urls: dict[str, str], settings: Settings
) -> None:
    seconds = kill_twice(Stage(world, admin), urls, settings.data_dir, 100_000)
    print(f"100 000 clocks, two kills: {seconds:.1f} s")  # noqa: T201 - a measurement


def test_two_processes_share_the_ticks_and_one_that_is_killed_is_missed_by_nobody(
    urls: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    both = [workers.spawn(workers.ticking, urls, settings.data_dir, tmp_path, 0.0) for _ in range(2)]
    wait_for(lambda: len(workers.noted(tmp_path, "ended")) >= 4, "no ticks")
    ticks = workers.noted(tmp_path, "tick")
    # Two who do not agree would run each twice; one may be run again that looked like a dead worker's.
    assert len(ticks) - len({*ticks}) <= 1, ticks
    both[0].kill()
    both[0].join()
    at_kill = len(workers.noted(tmp_path, "began"))
    wait_for(lambda: len(workers.noted(tmp_path, "ended")) >= at_kill + 1, "the other one stopped too")
    both[1].kill()
    both[1].join()


@pytest.mark.usefixtures("quick_again")
def test_a_job_of_a_killed_worker_is_taken_up_again_and_blocks_nothing(
    world: World, admin: Engine, urls: dict[str, str], settings: Settings, tmp_path: Path
) -> None:
    process = workers.spawn(workers.ticking, urls, settings.data_dir, tmp_path, 30.0)
    wait_for(lambda: bool(workers.noted(tmp_path, "began")), "no tick")
    process.kill()
    process.join()
    stage = Stage(world, admin)
    doing = "SELECT id FROM jobs.procrastinate_jobs WHERE status = 'doing' AND task_name = 'test.tick'"
    stalled = stage.run(doing)
    assert stalled
    scheduler = workers.quick(world.runtime.database, tmp_path)
    scheduler.start()
    try:
        wait_for(lambda: len(workers.noted(tmp_path, "ended")) >= 3, "the stalled job blocks")
        wait_for(lambda: not set(stage.run(doing)) & set(stalled), "the stalled job stays")
    finally:
        scheduler.stop()
    assert not scheduler._thread.is_alive()


@pytest.mark.usefixtures("quick_again")
def test_the_scheduler_outlives_the_connections_it_loses(world: World, admin: Engine, tmp_path: Path) -> None:
    stage = Stage(world, admin)
    terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %(n)s"
    scheduler = workers.quick(world.runtime.database, tmp_path)
    scheduler.start()
    try:
        for ticks in (1, 2):
            wait_for(lambda ticks=ticks: len(workers.noted(tmp_path, "ended")) >= ticks, "it gave up")  # type: ignore[misc]
            wait_for(lambda: bool(stage.run(terminate, n=runner.NAME)), "it has no connection")
        wait_for(lambda: len(workers.noted(tmp_path, "ended")) >= 4, "it gave up")
    finally:
        scheduler.stop()


def test_the_sweep_is_among_the_jobs_and_names_are_unique() -> None:
    names = [job.name for job in JOBS]
    assert "sweep" in names
    assert len(names) == len(set(names))


def test_every_job_can_run_at_any_moment(world: World) -> None:
    for _ in range(2):
        for job in JOBS:
            job.work(world.runtime.database)
