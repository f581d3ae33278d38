"""Every exit from a shelter at its edge: made with all it asks for, and not without any one of these."""

from __future__ import annotations

import pytest

from app.services.shelters import rules
from app.services.shelters.rules import StayFacts
from app.states import CaseOutcome, SuitabilityResult

WHOLE: dict[str, object] = {
    "suitability": "IDONEA",
    "destination": True,
    "resolved": True,
    "returns": True,
    "of_age": True,
}
NEEDS: dict[str, dict[str, object]] = {
    "REINTEGRACION_FAMILIAR": {"suitability": "NO_IDONEA", "resolved": False},
    "FAMILIA_SUSTITUTA": {"suitability": None, "resolved": False},
    "TRASLADO": {"destination": False},
    "MAYORIA_DE_EDAD": {"of_age": False},
    "VIDA_INDEPENDIENTE": {"of_age": False},
    "RETORNO_AL_PAIS": {"returns": False},
    "EGRESO_NO_AUTORIZADO": {},
    "FALLECIMIENTO": {},
}
"""What an exit of a child does not go without, as it is when that is not there."""


def missing(state: str, target: str, **facts: object) -> list[str] | None:
    """Names of what is missing; None when the stay moves."""
    refused = rules.refuse(state, target, StayFacts(**{"child": True, **facts}))  # type: ignore[arg-type]
    return None if refused is None else [guard.name for guard in refused.missing]


@pytest.mark.parametrize("state", ["ALOJADA", "DE_PERMISO"])
@pytest.mark.parametrize("reason", NEEDS)
def test_a_child_leaves_with_what_the_exit_asks_for(state: str, reason: str) -> None:
    assert missing(state, "EGRESADA", reason=reason, **WHOLE) is None
    for name, absent in NEEDS[reason].items():
        assert missing(state, "EGRESADA", **{"reason": reason, **WHOLE, name: absent})
    assert missing(state, "EGRESADA", reason=reason, child=False) == (
        ["of_age"] if reason == "MAYORIA_DE_EDAD" else None
    )


@pytest.mark.parametrize(("reason", "guard"), [("EGRESO_VOLUNTARIO", "adult"), ("ILOCALIZABLE", "located")])
def test_a_child_neither_decides_to_leave_nor_just_is_not_found(reason: str, guard: str) -> None:
    assert missing("ALOJADA", "EGRESADA", reason=reason, **WHOLE) == [guard]
    assert missing("ALOJADA", "EGRESADA", reason=reason, child=False) is None


def test_who_stays_does_not_leave_and_a_leave_has_a_reason_and_an_end() -> None:
    for reason in ("PERMANENCIA_EN_ACOGIDA", None):
        assert missing("ALOJADA", "EGRESADA", reason=reason, **WHOLE) == ["exit_reason"]
    assert missing("ALOJADA", "DE_PERMISO", reason="SALUD", due_back=True) is None
    assert missing("ALOJADA", "DE_PERMISO", reason="SALUD") == ["due_back"]
    assert missing("ALOJADA", "DE_PERMISO", reason="TRASLADO", due_back=True) == ["leave_reason"]
    assert missing("ALOJADA", "DE_PERMISO", reason="SALUD", due_back=True, in_shelter=False) == ["in_shelter"]
    assert StayFacts(child=True).in_shelter


@pytest.mark.parametrize(
    ("guard", "field"),
    [
        ("due_back", "due_back_at"),
        ("leave_reason", "reason"),
        ("exit_reason", "reason"),
        ("adult", "reason"),
        ("of_age", "reason"),
        ("located", "reason"),
        ("suitable_adult", None),
    ],
)
def test_what_is_missing_is_named_by_its_field(guard: str, field: str | None) -> None:
    assert rules.GUARDS[guard].field == field


@pytest.mark.parametrize(
    ("left", "away", "state"),
    [
        (False, False, "ALOJADA"),
        (False, True, "DE_PERMISO"),
        (True, False, "EGRESADA"),
        (True, True, "EGRESADA"),
    ],
)
def test_the_state_of_a_stay(left: bool, away: bool, state: str) -> None:
    assert rules.stay_state(left=left, away=away) == state


def test_holds_are_used_by_the_shelter_and_freed_by_either_side() -> None:
    def may(target: str, **who: bool) -> bool:
        told = {"shelter": False, "requester": False, "in_time": True, **who}
        return rules.refuse_hold("VIGENTE", target, **told) is None

    assert may("CONVERTIDA", shelter=True)
    assert not may("CONVERTIDA", shelter=True, in_time=False)
    assert not may("CONVERTIDA", requester=True)
    assert may("LIBERADA", shelter=True)
    assert may("LIBERADA", requester=True, in_time=False)
    assert not may("LIBERADA")
    assert not may("VENCIDA", shelter=True, requester=True)
    assert rules.HOLD.offered("VIGENTE") == ("CONVERTIDA", "LIBERADA")


def test_the_codes_others_rely_on() -> None:
    assert rules.IN_SHELTER == "CENTRO_DE_ACOGIDA"
    assert {CaseOutcome.FAMILY, "FAMILIA_SUSTITUTA"} == rules.FAMILY_EXITS
    assert {"MAYORIA_DE_EDAD", "VIDA_INDEPENDIENTE"} == rules.OF_AGE
    assert {CaseOutcome.FAMILY, CaseOutcome.LEFT, CaseOutcome.TRANSFERRED} == {
        *("REINTEGRACION_FAMILIAR", "EGRESO_NO_AUTORIZADO", "TRASLADO"),
    }
    assert SuitabilityResult.FIT == "IDONEA"
