"""Everything the trace can say has plain Spanish words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.access.policy import policy
from app.audit import words_of
from app.audit.words import action_words
from app.errors import AppError

APP = Path(__file__).resolve().parents[2] / "app"
ACTION = re.compile(r"[a-z][a-z_-]*(\.[a-z][a-z_-]*){1,2}")
FILE = re.compile(r".*\.(bki|conf|csv|json|log|pdf|pid|py|typ|borrador-)")
EDGES = {"api", "web"}
"""Their dotted names name operations and templates: of these files only what they hand to `record` counts."""
NO_ACTION = {
    "app",
    "http",
    "uvicorn",
    "ruv",
    "scheduler",
    "case",
    "closing",
    "placement",
    "not_duplicate",
    "squawk",
}
"""What else dotted names begin with: modules, messages and loggers, and fields that a rule is about."""
OTHERS = {"outbox.accept", "supervisor.lock"}
"""An operation whose answer is kept for who asks again, and a file."""
RECORDERS = {"record", "record_as", "event_row"}
PAST = {"accounts.change", "accounts.reset", "plans.activity", "plans.objective"}
"""Recorded once and no more: their events stay, and so do their words."""


def recorded_in(source: str, *, edge: bool) -> Iterator[str]:
    """Every action code in a source, whatever it is about; of an edge only what it records itself."""
    for node in ast.walk(ast.parse(source)):
        for text in _handed(node) if edge else _texts(node):
            if (
                ACTION.fullmatch(text)
                and not FILE.fullmatch(text)
                and text not in OTHERS
                and _of_action(text)
            ):
                yield text


def _of_action(text: str) -> bool:
    return text.partition(".")[0] not in NO_ACTION | {*policy().compartments}


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _handed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RECORDERS:
        for part in node.args:
            yield from _texts(part)


def recorded() -> set[str]:
    """Every action code in the source of the product."""
    return {
        action
        for path in APP.rglob("*.py")
        if "models" not in path.parts
        for action in recorded_in(path.read_text(encoding="utf-8"), edge=bool(EDGES & {*path.parts}))
    }


def test_every_recorded_action_has_words() -> None:
    actions = recorded()
    assert {"devices.enrol", "drafts.open", "objections.file", "outbox.review", "auth.sign_in"} <= actions
    assert actions - action_words().keys() == set()


def test_words_are_of_what_is_recorded() -> None:
    assert action_words().keys() - recorded() - {AppError.action} == PAST


def test_an_action_of_a_subject_nobody_thought_of_is_found() -> None:
    planted = (
        'NOTED = "casas.abrir_puerta"\nrecord(session, actor, "puertas.abrir")\nopen_it("puertas.cerrar")'
    )
    assert set(recorded_in(planted, edge=False)) == {"casas.abrir_puerta", "puertas.abrir", "puertas.cerrar"}
    assert set(recorded_in(planted, edge=True)) == {"puertas.abrir"}


def test_an_action_of_the_past_shows_its_code() -> None:
    assert words_of("victims.read") == "Leyó el registro"
    assert words_of("cosa.antigua") == "cosa.antigua"
