"""Everything the trace can say has plain Spanish words."""

from __future__ import annotations

import re
from pathlib import Path

from app.audit import words_of
from app.audit.words import action_words

APP = Path(__file__).resolve().parents[2] / "app"
SUBJECTS = (
    "accounts",
    "auth",
    "cases",
    "clocks",
    "commands",
    "consents",
    "data-requests",
    "deliveries",
    "directory",
    "documents",
    "evidence",
    "family",
    "indicators",
    "institutions",
    "interop",
    "keys",
    "matching",
    "measures",
    "notes",
    "notices",
    "placements",
    "plans",
    "procedures",
    "proceedings",
    "protection",
    "quality",
    "referrals",
    "releases",
    "satisfaction",
    "shelters",
    "supervision",
    "units",
    "victims",
)
ACTION = re.compile(rf'"((?:{"|".join(SUBJECTS)})\.[a-z-]+(?:\.[a-z-]+)?)"')


def recorded() -> set[str]:
    """Every action code in the source."""
    found = set()
    for path in APP.rglob("*.py"):
        if not {"api", "web", "models"} & set(path.parts):  # edges name operations, they record nothing
            found |= set(ACTION.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_recorded_action_has_words() -> None:
    actions = recorded()
    assert len(actions) > 30
    assert actions - action_words().keys() == set()


def test_an_action_of_the_past_shows_its_code() -> None:
    assert words_of("victims.read") == "Leyó el registro"
    assert words_of("cosa.antigua") == "cosa.antigua"
