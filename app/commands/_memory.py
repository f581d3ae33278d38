"""How often a process looks for objects that hold each other."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50
"""Objects before a look at the young ones, and looks before one at the older; Python's own 700, 10, 10 look a
hundred times while the application is loaded, which makes a start a sixth longer (`python -X importtime`)."""


def collect_rarely() -> None:
    """Look seldom: little of what a request leaves behind holds itself."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def keep_what_is_loaded() -> None:
    """Never look again at what is there now and stays: a look at all of it holds up every answer."""
    gc.collect()
    gc.freeze()
