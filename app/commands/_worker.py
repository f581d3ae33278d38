"""What a worker process of `ruv serve` runs: the application, for as long as its parent lives."""

from __future__ import annotations

import os
import signal
import threading
import time

from fastapi import FastAPI

_LOOK_EVERY = 0.5


def create_worker() -> FastAPI:
    """The application, in a worker that stops cleanly if the parent was killed.

    Otherwise a killed parent would leave its workers behind, holding the port and the database.
    """
    from app.main import create_app

    threading.Thread(target=_stop_with_parent, args=(os.getppid(),), name="ruv-parent", daemon=True).start()
    return create_app()


def _stop_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
