"""The states of a protection measure, written out by hand."""

from __future__ import annotations

import itertools

from app.services.proceedings import measure_rules as rules
from app.states import MeasureState

LEGAL = {
    ("VIGENTE", "LEVANTADA"): "",
    ("VIGENTE", "PRORROGADA"): "until",
    ("VIGENTE", "VENCIDA"): "clock",
    ("VENCIDA", "PRORROGADA"): "until",
}
STATES = ("VIGENTE", "LEVANTADA", "VENCIDA", "PRORROGADA")


def test_a_measure_moves_as_written() -> None:
    assert {MeasureState.IN_FORCE, MeasureState.LIFTED, MeasureState.EXPIRED, MeasureState.EXTENDED} == set(
        STATES
    )
    for state, target, until, clock in itertools.product(STATES, STATES, (True, False), (True, False)):
        needs = LEGAL.get((state, target))
        may = needs is not None and {"": True, "until": until, "clock": clock}[needs]
        assert (rules.refuse(state, target, until=until, clock=clock) is None) is may, (state, target)


def test_what_is_missing_is_named_and_time_is_nobodys_to_send() -> None:
    refused = rules.refuse("VIGENTE", "PRORROGADA")
    assert refused is not None
    assert [guard.field for guard in refused.missing] == ["until"]
    assert rules.MACHINE.offered("VIGENTE") == ("LEVANTADA", "PRORROGADA")
    assert rules.MACHINE.name == "medida"
