"""The installation behind the application: opened when it starts, or as soon as its database is back."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from app.config import Settings
from app.db import translated
from app.errors import Unavailable
from app.postgres import ServerStartError
from app.runtime import Runtime
from app.services.scheduler.runner import Scheduler

log = logging.getLogger("ruv.installation")

Opener = Callable[[Settings], Runtime]

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 5.0
_GOODBYE = 2.0


def get_runtime(request: Request) -> Runtime:
    """The installation this application serves.

    Raises:
        Unavailable: it is not open yet, its database is away.
    """
    runtime: Runtime | None = getattr(request.app.state, "runtime", None)
    if runtime is None:
        raise Unavailable
    return runtime


def settings_of(request: Request) -> Settings:
    """How this installation runs, open or not: a page that says so needs to be drawn too."""
    runtime: Runtime | None = getattr(request.app.state, "runtime", None)
    settings: Settings = request.app.state.settings if runtime is None else runtime.settings
    return settings


@asynccontextmanager
async def kept_open(app: FastAPI, settings: Settings, opener: Opener) -> AsyncIterator[None]:
    """Open the installation for as long as the application serves.

    A process that starts while the database is away serves all the same (503) and opens when it is back: a
    worker that takes a lost one's place must not end the service because of an outage that passes.
    """
    app.state.settings = settings
    opening = _Opening(app, settings, opener)
    opening.begin()
    try:
        yield
    finally:
        await asyncio.to_thread(opening.end)


class _Opening:
    def __init__(self, app: FastAPI, settings: Settings, opener: Opener) -> None:
        self._app = app
        self._settings = settings
        self._opener = opener
        self._ended = threading.Event()
        self._later = threading.Thread(target=self._until_open, name="ruv-open", daemon=True)
        self._runtime: Runtime | None = None
        self._scheduler: Scheduler | None = None

    def begin(self) -> None:
        """Open now, or begin to try again and again.

        Raises:
            Exception: it cannot be opened, and not because the database is away.
        """
        if not self._opened():
            self._later.start()

    def end(self) -> None:
        """Stop trying; close what is open."""
        self._ended.set()
        if self._later.is_alive():
            self._later.join(_GOODBYE)
        if self._scheduler is not None:
            self._scheduler.stop()
        if self._runtime is not None:
            self._runtime.close()

    def _opened(self) -> bool:
        try:
            runtime = self._opener(self._settings)
        except Exception as error:
            if not _is_away(error):
                raise
            log.warning("the database is away (%s)", type(error).__qualname__)
            return False
        self._runtime = runtime
        if self._settings.scheduler:
            self._scheduler = Scheduler(runtime.database)
            self._scheduler.start()
        self._app.state.runtime = runtime
        return True

    def _until_open(self) -> None:
        pause = _FIRST_PAUSE
        try:
            while not self._ended.wait(pause) and not self._opened():
                pause = min(2 * pause, _LONGEST_PAUSE)
        except Exception:
            # It came back as another: a new start says why, and is refused like any first one.
            log.exception("the database is back and cannot be used")
            os.kill(os.getpid(), signal.SIGTERM)


def _is_away(error: Exception) -> bool:
    return isinstance(error, ServerStartError) or isinstance(translated(error), Unavailable)
