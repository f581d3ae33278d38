"""What a worker process of `ruv serve` runs: the application, for as long as its parent lives."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

from fastapi import FastAPI

from app.cli._memory import collect_rarely, keep_what_is_loaded


def create_worker() -> FastAPI:
    """The application, in a worker that stops cleanly if the parent was killed.

    Otherwise a killed parent would leave its workers behind, holding the port and the database.
    """
    collect_rarely()
    from app.main import create_app

    threading.Thread(target=_stop_with_parent, name="ruv-parent", daemon=True).start()
    made = create_app()
    keep_what_is_loaded()
    return made


def _stop_with_parent() -> None:
    """Wait for the parent's end by the pipe it holds, which says so even if it ended before we looked."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
