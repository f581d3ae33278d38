"""Runs the periodic jobs in a thread of a serving process; of several processes each tick takes one.

The timing is `procrastinate`'s: PostgreSQL takes each tick once (a unique row), however many workers
offer it. Exactly once is not built on that: what a job changes is guarded by row locks in the job's
own transaction, so a tick that is taken up again after a killed worker finds done what was done.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from procrastinate import App, PsycopgConnector

from app.db import Database
from app.services.scheduler.jobs import JOBS, Job

log = logging.getLogger("ruv.scheduler")

NAME: Final = "ruv-scheduler"
"""Of the thread, its pool and its connection."""
_OPTIONS: Final = "-c search_path=jobs -c statement_timeout=30s -c lock_timeout=4s"
_AGAIN: Final = 5.0
"""Seconds until the next try when the database is away."""
_GRACE: Final = 10.0
"""Seconds a job under way gets when the service stops; what it has not committed is done after the start."""
_SILENT: Final = 30.0
"""Seconds without a heartbeat after which a worker counts as dead."""
_RECOVERY: Final = "* * * * *"
"""How often jobs of dead workers are taken up again."""


class Scheduler:
    """The jobs of one process; `start` and `stop` it once."""

    def __init__(self, database: Database, jobs: Sequence[Job] = JOBS, *, poll: float = 5.0) -> None:
        """Start nothing yet. `poll`: seconds between looks for a tick somebody offered."""
        self._database = database
        self._jobs = jobs
        self._poll = poll
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more ticks, and wait for the job under way."""
        self._ready.wait(_GRACE)
        if self._loop is not None and self._work is not None:
            with suppress(RuntimeError):  # it ended by itself
                self._loop.call_soon_threadsafe(self._work.cancel)
        self._thread.join(2 * _GRACE)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._work = asyncio.get_running_loop(), asyncio.current_task()
        self._ready.set()
        while True:
            try:
                await self._serve()
            except Exception as error:  # noqa: BLE001 - whatever it is, deadlines must go on being kept
                log.warning("interrupted (%s), again in %s s", type(error).__qualname__, _AGAIN)
            await asyncio.sleep(_AGAIN)

    async def _serve(self) -> None:
        app = self._app()
        async with app.open_async():
            await app.run_worker_async(
                concurrency=1,
                listen_notify=False,
                fetch_job_polling_interval=self._poll,
                delete_jobs="always",
                install_signal_handlers=False,
                shutdown_graceful_timeout=_GRACE,
                stalled_worker_timeout=_SILENT,
            )

    def _app(self) -> App:
        arguments = self._database.driver_arguments()
        app = App(
            connector=PsycopgConnector(
                kwargs={**arguments, "options": _OPTIONS, "application_name": NAME},
                min_size=1,
                max_size=1,
                name=NAME,
            )
        )
        for job in self._jobs:
            app.periodic(cron=job.cron)(app.task(name=job.name)(self._task(job)))

        async def recover(timestamp: int) -> None:  # noqa: ARG001 - every periodic task is told its tick
            for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_SILENT):
                await app.job_manager.retry_job(stalled)

        app.periodic(cron=_RECOVERY)(app.task(name="scheduler.recover")(recover))
        return app

    def _task(self, job: Job) -> Callable[..., Any]:
        def run(timestamp: int) -> None:  # noqa: ARG001 - every periodic task is told its tick
            job.work(self._database)

        return run
