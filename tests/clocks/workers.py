"""Other processes that sweep or schedule over a test's database."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from app.config import Settings
from app.db import Database
from app.runtime import Runtime, assemble, root_key
from app.services.scheduler import runner, sweeping
from app.services.scheduler.jobs import Job

EVERY_SECOND = "* * * * * */1"


def opened(urls: Mapping[str, str], data_dir: Path) -> Runtime:
    """The installation, in another process."""
    settings = Settings(data_dir=data_dir)
    return assemble(
        settings, {role: make_url(url) for role, url in urls.items()}, root_key(settings, create=False)
    )


def dying(urls: Mapping[str, str], data_dir: Path, batch: int, whole: int) -> None:
    """Sweep in batches and be killed in the middle of the one after so many whole ones."""
    fire, begun = sweeping.fire, count()

    def fatal(session: Session, at: datetime, most: int) -> list[sweeping.Fired]:
        fired = fire(session, at, most)
        if next(begun) == whole:
            os.kill(os.getpid(), signal.SIGKILL)
        return fired

    sweeping.fire = fatal
    sweeping.sweep(opened(urls, data_dir).database, batch=batch)


def ticking(urls: Mapping[str, str], data_dir: Path, folder: Path, busy: float) -> None:
    """Run a job every second that notes when it began and when it ended."""
    with opened(urls, data_dir) as runtime:
        scheduler = quick(runtime.database, folder, busy)
        scheduler.start()
        while True:
            time.sleep(60)


def quick(database: Database, folder: Path, busy: float = 0.0) -> runner.Scheduler:
    """A scheduler that ticks every second and takes up what a dead worker left after two."""
    runner._RECOVERY, runner._SILENT = EVERY_SECOND, 2.0  # type: ignore[misc]

    def work(_: Database) -> None:
        _note(folder, "began")
        time.sleep(busy)
        _note(folder, "ended")

    class Noting(runner.Scheduler):
        def _task(self, job: Job) -> Callable[..., Any]:
            run = super()._task(job)

            def noting(timestamp: int) -> None:
                _note(folder, "tick", timestamp)
                run(timestamp)

            return noting

    return Noting(database, [Job("test.tick", EVERY_SECOND, work)], poll=0.1)


def _note(folder: Path, what: str, moment: float | None = None) -> None:
    with (folder / f"{what}-{os.getpid()}").open("a") as file:
        file.write(f"{moment or time.time()}\n")


def noted(folder: Path, what: str) -> list[float]:
    """Every moment noted, of all processes: when a job began or ended, or the tick it was run for."""
    return sorted(float(line) for file in folder.glob(f"{what}-*") for line in file.read_text().split())


def spawn(target: object, *arguments: object) -> BaseProcess:
    """Start a function of this module in a fresh process."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    process.start()
    return process
