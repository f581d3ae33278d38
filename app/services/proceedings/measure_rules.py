"""A protection measure's states as a written table. Pure."""

from __future__ import annotations

from app.catalogues import code_list
from app.services.state_machine import Guard, Machine, Refusal, Transition
from app.states import MeasureState

_GUARDS = {
    "until": Guard("until", "Falta hasta cuándo se prorroga, después de su vencimiento.", "until"),
    "clock": Guard("clock", "Una medida vence sola, en su día.", apart=True),
}
MACHINE = Machine(
    "medida",
    code_list("measure_state").labels,
    (
        Transition(MeasureState.IN_FORCE, MeasureState.LIFTED, (), "La autoridad la levantó."),
        Transition(MeasureState.IN_FORCE, MeasureState.EXTENDED, ("until",), "Sigue en otra medida."),
        Transition(MeasureState.IN_FORCE, MeasureState.EXPIRED, ("clock",), "Pasó su día."),
        # A resolution that extends it may arrive late.
        Transition(MeasureState.EXPIRED, MeasureState.EXTENDED, ("until",), "Sigue en otra medida."),
    ),
    _GUARDS,
)


def refuse(state: str, target: str, *, until: bool = False, clock: bool = False) -> Refusal | None:
    """None when a measure may go from `state` to `target`, else why not, in Spanish."""
    return MACHINE.refuse(state, target, {"until": until, "clock": clock})
