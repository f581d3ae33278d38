"""Every step of activities and goals in every state of their plan, and every way of signing one."""

from __future__ import annotations

from itertools import product

import pytest

from app.services.plans import rules
from app.services.plans.rules import PlanFacts
from tests.plans.test_machines import (
    ACTIVITY_STATES,
    OBJECTIVE_STATES,
    PLAN_STATES,
    Model,
    walk_activity,
    walk_objective,
)

BOTH = (True, False)
WAYS = {
    ("PERSONA", "FIRMA"): {"ADULTA", "NNA"},
    ("PERSONA", "HUELLA"): {"ADULTA", "NNA"},
    ("PERSONA", "OPINION_RECOGIDA"): {"NNA"},
    ("PROFESIONAL", "FIRMA"): {"ADULTA", "NNA"},
    ("JEFATURA", "FIRMA"): {"ADULTA", "NNA"},
    ("UPE", "RESOLUCION"): {"NNA"},
}


@pytest.mark.parametrize("plan", PLAN_STATES)
def test_every_step_of_an_activity(plan: str) -> None:
    for state, target, note, replanned in product(ACTIVITY_STATES, ACTIVITY_STATES, BOTH, BOTH):
        model = Model()
        model.plan, model.activity = plan, state
        walk_activity(model, target, note=note, replanned=replanned)


@pytest.mark.parametrize("plan", PLAN_STATES)
def test_every_step_of_a_goal(plan: str) -> None:
    for state, target, note, activity in product(
        OBJECTIVE_STATES, OBJECTIVE_STATES, BOTH, ("EN_CURSO", "LOGRADO")
    ):
        model = Model()
        model.plan, model.objective, model.activity = plan, state, activity
        walk_objective(model, target, note=note)


def test_a_step_is_not_replanned_unless_it_is_said() -> None:
    done = {"plan_state": "EN_EJECUCION", "has_note": True}
    assert rules.refuse_activity("LOGRADO", "LOGRADO", **done) is None  # type: ignore[arg-type]
    refused = rules.refuse_activity("LOGRADO", "LOGRADO", replanned=True, **done)  # type: ignore[arg-type]
    assert refused is not None
    assert (refused.code, [guard.name for guard in refused.missing]) == ("guard", ["open"])
    assert rules.STEP_GUARDS["note"].field == "note"


def test_who_signs_how() -> None:
    for kind in ("ADULTA", "NNA"):
        ways = [way for way, kinds in WAYS.items() if kind in kinds]
        assert sorted(rules.signing_ways(kind)) == sorted(ways)
        for signer, manner in product((*rules.SIGNERS, "OTRA"), (*rules.MANNERS, "OTRA")):
            assert rules.manner_fits(signer, manner, kind) is ((signer, manner) in ways)
    assert set(rules.SIGNERS) == {signer for signer, _ in WAYS}
    assert set(rules.MANNERS) == {manner for _, manner in WAYS}
    assert rules.NEEDED == ("PERSONA", "PROFESIONAL")


WHOLE = {"has_objective": True, "pti_resolution": True}


@pytest.mark.parametrize("state", PLAN_STATES)
def test_what_nobody_can_sign_yet(state: str) -> None:
    refused = rules.unsignable(state, PlanFacts("NNA", **WHOLE))
    if state in {"EN_CONSULTA", "EN_REVISION"}:
        assert refused is None
    else:
        assert refused is not None
        assert refused.code == "not-signable"


@pytest.mark.parametrize(
    ("facts", "names"),
    [
        (PlanFacts("NNA", pti_resolution=True), ["objective"]),
        (PlanFacts("NNA", has_objective=True), ["pti"]),
        (PlanFacts("ADULTA", has_objective=True), []),
        (PlanFacts("ADULTA", has_objective=True, feasible=False), ["feasibility"]),
        (PlanFacts("NNA", feasible=False), ["objective", "pti", "feasibility"]),
    ],
)
def test_what_is_missing_before_it_is_signed(facts: PlanFacts, names: list[str]) -> None:
    refused = rules.unsignable("EN_CONSULTA", facts)
    assert ([guard.name for guard in refused.missing] if refused else []) == names
    assert refused is None or refused.code == "guard"


def test_what_is_not_told_of_a_plan_is_not_there() -> None:
    bare = PlanFacts("ADULTA")
    assert bare.feasible
    assert not any(
        (bare.has_objective, bare.pti_resolution, bare.outcome_known, bare.achievement, bare.residual_risk)
    )
    assert not bare.follow_up


def test_states_in_which_a_plan_is_changed_signed_or_run() -> None:
    assert {"BORRADOR", "EN_CONSULTA", "EN_REVISION"} == rules.EDITABLE
    assert {"EN_CONSULTA", "EN_REVISION"} == rules.SIGNABLE
    assert {"EN_EJECUCION", "EN_REVISION", "EN_SEGUIMIENTO"} == rules.RUNNING
    assert set(rules.ALIVE) == set(PLAN_STATES) - {"CUMPLIDO", "CERRADO_SIN_CUMPLIR"}
    assert {"PENDIENTE", "EN_CURSO"} == rules.OPEN_ACTIVITY
    assert {"NO_APLICA", "RECHAZADO_POR_LA_PERSONA"} == rules.DROPPED_OBJECTIVE


def test_kinds_and_reasons_of_a_plan() -> None:
    assert set(rules.KINDS) == {"ADULTA", "NNA"}
    reasons = {"DECISION_DE_LA_PERSONA", "SALUD", "RIESGO", "ILOCALIZABLE", "TRASLADO"}
    assert set(rules.SUSPENSIONS) == reasons
    for reason in (*sorted(reasons), "OTRO", None):
        refused = rules.refuse("EN_EJECUCION", "SUSPENDIDO", PlanFacts("ADULTA", reason=reason))
        assert (refused is None) is (reason in reasons)
    assert rules.GUARDS["outcome"].field == "outcome"
    assert rules.GUARDS["reason"].field == "reason"
