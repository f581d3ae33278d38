"""Plain Spanish for what the trace names by code."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


@lru_cache
def action_words() -> dict[str, str]:
    """Code of an action -> the sentence for it."""
    text = (resources.files("app.audit") / "actions.csv").read_text(encoding="utf-8")
    return {row["action"]: row["label_es"] for row in csv.DictReader(text.splitlines())}


def words_of(action: str) -> str:
    """The Spanish words of an action; the code itself for one no longer known."""
    return action_words().get(action, action)
