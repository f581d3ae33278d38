"""Every move of a case at its edge: made with all it asks for, and not without any one of these."""

from __future__ import annotations

import pytest

from app.services.cases import codes, rules
from app.services.cases.rules import CaseFacts
from tests.cases.test_rules import CARE, PAUSES

FIT: dict[str, object] = {"adult": True, "outcome": "TRASLADO", "second_person": True}
OPEN = sorted(CARE | {"PRESUNTA_VICTIMA"})


def outcome(state: str, target: str, **told: object) -> bool:
    """Whether the move is made by who tells all it may ask for, but for what is said otherwise."""
    asked = rules.reasons_for(state, target)
    known = {**FIT, "reason": asked[0] if asked else None, "left_state": "PRESUNTA_VICTIMA", **told}
    return rules.refuse(state, target, CaseFacts(**known)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["ALERTA", "PRESUNTA_VICTIMA"])
def test_a_presumption_is_discarded_for_a_reason_by_two_of_one_who_is_not_housed(state: str) -> None:
    assert outcome(state, "DESCARTADA")
    assert not outcome(state, "DESCARTADA", reason=None)
    assert not outcome(state, "DESCARTADA", second_person=False)
    assert not outcome(state, "DESCARTADA", housed=True)


@pytest.mark.parametrize("state", OPEN)
def test_care_is_declined_by_an_adult_and_a_pause_has_a_reason(state: str) -> None:
    assert outcome(state, "DECLINA_ATENCION")
    assert not outcome(state, "DECLINA_ATENCION", adult=False)
    for target in sorted(PAUSES):
        assert outcome(state, target)
        assert not outcome(state, target, reason=None)


@pytest.mark.parametrize("state", sorted(PAUSES))
def test_care_is_resumed_where_it_was_left_or_from_its_beginning(state: str) -> None:
    for target in OPEN:
        assert outcome(state, target, left_state=target)
        assert not outcome(state, target, left_state=target, reason=None)
        assert outcome(state, target, left_state="ALERTA") is (target == "EN_ASISTENCIA_INMEDIATA")


@pytest.mark.parametrize("state", sorted({*OPEN, *PAUSES}))
def test_a_case_is_closed_with_an_outcome_that_fits_and_a_child_by_two(state: str) -> None:
    assert outcome(state, "CERRADO")
    assert outcome(state, "CERRADO", second_person=False)
    assert not outcome(state, "CERRADO", housed=True)
    assert not outcome(state, "CERRADO", outcome=None)
    assert not outcome(state, "CERRADO", second_person=False, adult=False)
    assert not outcome(state, "CERRADO", second_person=False, outcome="ILOCALIZABLE")
    assert outcome(state, "CERRADO", adult=False)
    late = sorted(set(codes.OUTCOMES) - set(codes.EARLY_OUTCOMES))
    assert late
    for one in late:
        assert outcome(state, "CERRADO", outcome=one) is (state == "EN_SEGUIMIENTO")
    voluntary = "EGRESO_VOLUNTARIO"
    assert outcome(state, "CERRADO", outcome=voluntary) is (
        voluntary in codes.EARLY_OUTCOMES or state == "EN_SEGUIMIENTO"
    )
    assert not outcome(state, "CERRADO", outcome=voluntary, adult=False)


def test_a_child_who_left_and_was_not_found_is_still_looked_for() -> None:
    for target in ("CERRADO", "ILOCALIZABLE"):
        assert outcome("EGRESO_NO_AUTORIZADO", target)
        assert not outcome("EGRESO_NO_AUTORIZADO", target, missing=True)
    assert outcome("EN_SEGUIMIENTO", "CERRADO", missing=True)
    assert outcome("DECLINA_ATENCION", "ILOCALIZABLE", missing=True)


def test_two_close_for_a_child_and_for_one_not_found() -> None:
    assert not rules.closes_by_two(adult=True, outcome="TRASLADO")
    assert rules.closes_by_two(adult=True, outcome="ILOCALIZABLE")
    assert rules.closes_by_two(adult=False, outcome="TRASLADO")


def test_reasons_are_asked_for_where_the_line_is_left_or_taken_up_again() -> None:
    assert rules.reasons_for("EN_SEGUIMIENTO", "DECLINA_ATENCION") == tuple(codes.REASONS["DECLINA_ATENCION"])
    assert rules.reasons_for("DECLINA_ATENCION", "EN_SEGUIMIENTO") == tuple(codes.RETURN_REASONS)
    assert rules.reasons_for("DECLINA_ATENCION", "CERRADO") == ()
    assert rules.reasons_for("ALERTA", "PRESUNTA_VICTIMA") == ()


def test_what_was_left_is_the_last_place_on_the_line() -> None:
    assert rules.left_state([]) is None
    assert rules.left_state([(None, "ALERTA")]) is None
    line = [(None, "ALERTA"), ("ALERTA", "PRESUNTA_VICTIMA"), ("PRESUNTA_VICTIMA", "DECLINA_ATENCION")]
    assert rules.left_state(line) == "PRESUNTA_VICTIMA"
    assert rules.left_state([*line, ("DECLINA_ATENCION", "ILOCALIZABLE")]) == "PRESUNTA_VICTIMA"


IDENTIFIED = {
    "PRESUNTA": {"IDENTIFICADA_MPFN", "RECONOCIDA_SENTENCIA", "NO_CONFIRMADA"},
    "IDENTIFICADA_MPFN": {"RECONOCIDA_SENTENCIA", "NO_CONFIRMADA"},
    "NO_CONFIRMADA": {"IDENTIFICADA_MPFN", "RECONOCIDA_SENTENCIA"},
    "RECONOCIDA_SENTENCIA": {"IDENTIFICADA_MPFN"},
}


def test_identification_moves_as_written() -> None:
    assert set(IDENTIFIED) == set(codes.IDENTIFICATION)
    for current, allowed in IDENTIFIED.items():
        may = {wanted for wanted in IDENTIFIED if rules.refuse_identification(current, wanted) is None}
        assert may == allowed
