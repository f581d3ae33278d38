"""A case walked over HTTP at random: the answers are those of the list written by hand."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.cases.story import API, Registered, move, ok, registered
from tests.cases.test_rules import CARE, LEGAL, PAUSES
from tests.commands.steps import decide
from tests.factories import World

REASONS = {
    "DECLINA_ATENCION": "TEMOR",
    "ILOCALIZABLE": "SIN_CONTACTO",
    "EGRESO_NO_AUTORIZADO": "SALIDA_SIN_AVISO",
}
STATES = sorted({state for pair in LEGAL for state in pair} - {"DESCARTADA"})
STEPS = st.lists(st.tuples(st.sampled_from(STATES), st.booleans()), min_size=4, max_size=10)
QUIET = {"deadline": None, "phases": [Phase.generate]}
ONE_WORLD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@dataclass
class Model:
    """Where the case is, as one would note it on paper."""

    child: bool
    state: str = "PRESUNTA_VICTIMA"
    left: str = "PRESUNTA_VICTIMA"
    history: list[str] = field(default_factory=list)

    def lawful(self, target: str, said: bool) -> bool:
        """Whether the move is lawful; `said`: with the reason or the outcome it asks for."""
        if (self.state, target) not in LEGAL or (target == "DECLINA_ATENCION" and self.child):
            return False
        if self.child and self.state == "EGRESO_NO_AUTORIZADO" and target in {"CERRADO", "ILOCALIZABLE"}:
            return False
        back = self.state in PAUSES and target in CARE | {"PRESUNTA_VICTIMA"}
        if back and target not in {self.left, "EN_ASISTENCIA_INMEDIATA"}:
            return False
        return said or not (back or target in PAUSES or target == "CERRADO")

    def go(self, target: str) -> None:
        if self.state not in PAUSES:
            self.left = self.state
        self.state = target
        self.history.append(target)


def body(model: Model, target: str, said: bool) -> dict[str, str]:
    """What a move sends: what it asks for, if `said`."""
    if not said or (model.state, target) not in LEGAL:
        return {}
    if target == "CERRADO":
        return {"outcome": "TRASLADO"}
    if target in REASONS:
        return {"reason": REASONS[target]}
    return {"reason": "UBICADA"} if model.state in PAUSES else {}


def walk(person: Registered, model: Model, steps: list[tuple[str, bool]]) -> None:
    for target, said in steps:
        answer = move(person.client, person.case, target, **body(model, target, said))
        if model.lawful(target, said) and model.child and target == "CERRADO":
            # A child's case is closed by two: here one asks, and takes it back.
            command = ok(answer, 202)["command"]
            ok(decide(person.client, command, "withdrawals"))
        elif model.lawful(target, said):
            assert ok(answer)["state"] == target
            model.go(target)
        else:
            assert answer.status_code in {409, 422}, (model, target, answer.text)
            assert answer.json()["detail"].endswith(".")
    case = ok(person.client.get(f"{API}/cases/{person.case}"))
    assert case["state"] == model.state
    assert [step["to"] for step in case["transitions"]][1:] == model.history


@settings(max_examples=6, suppress_health_check=ONE_WORLD, **QUIET)  # type: ignore[arg-type]
@given(steps=STEPS, child=st.booleans())
def test_a_case_walks_as_written(world: World, steps: list[tuple[str, bool]], child: bool) -> None:
    walk(registered(world, age_years=10 if child else 30), Model(child), steps)


@pytest.mark.soak
@settings(max_examples=300, suppress_health_check=ONE_WORLD, **QUIET)  # type: ignore[arg-type]
@given(steps=STEPS, child=st.booleans())
def test_many_cases_walk_as_written(world: World, steps: list[tuple[str, bool]], child: bool) -> None:
    walk(registered(world, age_years=10 if child else 30), Model(child), steps)
