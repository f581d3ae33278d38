"""How often a process looks for objects that hold each other."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50
"""Objects before a look at the young ones, and looks before one at the older. With the 700, 10, 10 of Python
3.11 loading takes a sixth longer (`python -c "import gc; gc.set_threshold(...); import app.main"`, timed)."""


def collect_rarely() -> None:
    """Look seldom: little of what a request leaves behind holds itself."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def keep_what_is_loaded() -> None:
    """Never look again at what is there now and stays: a look at all of it holds up every answer."""
    gc.collect()
    gc.freeze()
