"""A plan, its objectives and its activities walked at random, against tables written out by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.services.plans import rules
from app.services.plans.rules import PlanFacts
from app.services.state_machine import Machine, Refusal, Transition
from tests.cases.story import API, ok, registered, unit_code
from tests.factories import World
from tests.plans.story import WISH, Drafted

# From the design, not from the code: (from, to) -> what it asks for.
SIGNED = {"objective", "pti", "feasibility", "person_signature", "professional_signature"}
FULFILLED = {"outcome", "achieved", "settled", "goals_settled", "achievement", "residual_risk", "follow_up"}
PLAN: dict[tuple[str, str], set[str]] = {
    ("BORRADOR", "EN_CONSULTA"): set(),
    ("EN_CONSULTA", "SUSCRITO"): SIGNED,
    ("SUSCRITO", "EN_EJECUCION"): set(),
    ("EN_EJECUCION", "EN_REVISION"): set(),
    ("EN_REVISION", "EN_EJECUCION"): SIGNED,
    ("EN_EJECUCION", "EN_SEGUIMIENTO"): set(),
    ("EN_REVISION", "EN_SEGUIMIENTO"): SIGNED,
    ("SUSCRITO", "SUSPENDIDO"): {"reason"},
    ("EN_EJECUCION", "SUSPENDIDO"): {"reason"},
    ("EN_REVISION", "SUSPENDIDO"): {"reason"},
    ("EN_SEGUIMIENTO", "SUSPENDIDO"): {"reason"},
    ("SUSPENDIDO", "EN_EJECUCION"): SIGNED,
    ("SUSPENDIDO", "EN_REVISION"): set(),
    ("EN_SEGUIMIENTO", "CUMPLIDO"): FULFILLED,
    ("BORRADOR", "CERRADO_SIN_CUMPLIR"): {"outcome"},
    ("EN_CONSULTA", "CERRADO_SIN_CUMPLIR"): {"outcome"},
    ("SUSCRITO", "CERRADO_SIN_CUMPLIR"): {"outcome", "residual_risk"},
    ("EN_EJECUCION", "CERRADO_SIN_CUMPLIR"): {"outcome", "residual_risk"},
    ("EN_REVISION", "CERRADO_SIN_CUMPLIR"): {"outcome", "residual_risk"},
    ("EN_SEGUIMIENTO", "CERRADO_SIN_CUMPLIR"): {"outcome", "residual_risk"},
    ("SUSPENDIDO", "CERRADO_SIN_CUMPLIR"): {"outcome", "residual_risk"},
}
PLAN_STATES = sorted({state for pair in PLAN for state in pair})
RUNS = {"EN_EJECUCION", "EN_REVISION", "EN_SEGUIMIENTO"}
OPEN = RUNS | {"BORRADOR", "EN_CONSULTA"}
ENDS = ("LOGRADO", "NO_LOGRADO", "NO_APLICA", "RECHAZADO_POR_LA_PERSONA")
# (from, to) -> plan states in which it may be, whether a note is asked for.
ACTIVITY: dict[tuple[str, str], tuple[set[str], bool]] = {
    ("PENDIENTE", "EN_CURSO"): (RUNS, False),
    ("PENDIENTE", "LOGRADO"): (RUNS, False),
    ("EN_CURSO", "LOGRADO"): (RUNS, False),
    **{(a, b): (RUNS, True) for a in ("PENDIENTE", "EN_CURSO") for b in ENDS if b != "LOGRADO"},
    **{(a, "CANCELADA"): (OPEN, True) for a in ("PENDIENTE", "EN_CURSO")},
    **{(a, "EN_CURSO"): (RUNS, True) for a in ENDS},
}
ACTIVITY_STATES = ["PENDIENTE", "EN_CURSO", *ENDS, "CANCELADA"]
# (from, to) -> plan states, a note, its activities ended.
OBJECTIVE: dict[tuple[str, str], tuple[set[str], bool, bool]] = {
    ("PENDIENTE", "EN_CURSO"): (RUNS, False, False),
    **{
        (a, b): (RUNS if b in {"LOGRADO", "NO_LOGRADO"} else OPEN, True, True)
        for a in ("PENDIENTE", "EN_CURSO")
        for b in ENDS
    },
    **{(a, "EN_CURSO"): (RUNS, True, False) for a in ENDS},
}
OBJECTIVE_STATES = ["PENDIENTE", "EN_CURSO", *ENDS]

names = st.sampled_from(sorted(SIGNED | FULFILLED | {"reason"}))
WALKS = st.lists(
    st.tuples(
        st.sampled_from(["plan", "objective", "activity"]), st.randoms(use_true_random=False),
        st.frozensets(names, max_size=2), st.booleans(), st.booleans(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


def facts(lacking: frozenset[str]) -> PlanFacts:
    """Facts of a child's plan that hold but for these guards."""
    signed = {("PERSONA", "HUELLA"): "person_signature", ("PROFESIONAL", "FIRMA"): "professional_signature"}
    done = [] if "achieved" in lacking else ["LOGRADO"]
    return PlanFacts(
        kind="NNA",
        has_objective="objective" not in lacking,
        pti_resolution="pti" not in lacking,
        feasible="feasibility" not in lacking,
        signatures=frozenset(pair for pair, name in signed.items() if name not in lacking),
        activity_states=(*done, *(["EN_CURSO"] if "settled" in lacking else [])),
        objective_states=("PENDIENTE",) if "goals_settled" in lacking else ("LOGRADO",),
        outcome_known="outcome" not in lacking,
        achievement="achievement" not in lacking,
        residual_risk="residual_risk" not in lacking,
        follow_up="follow_up" not in lacking,
        reason=None if "reason" in lacking else "SALUD",
    )


@dataclass
class Model:
    """What one would note on paper: where plan, objective and activity stand."""

    plan: str = "BORRADOR"
    objective: str = "PENDIENTE"
    activity: str = "PENDIENTE"
    moves: list[str] = field(default_factory=list)


def refused_well(refusal: Refusal, missing: set[str]) -> None:
    """A refusal speaks Spanish, and names what is missing if anything is."""
    assert refusal.message.endswith(".")
    assert len(refusal.message) > 15
    if missing:
        assert {guard.name for guard in refusal.missing} == missing
        assert all(guard.missing.removesuffix(".") in refusal.message for guard in refusal.missing)


def walk_plan(model: Model, target: str, lacking: frozenset[str]) -> None:
    refusal = rules.refuse(model.plan, target, facts(lacking))
    asked = PLAN.get((model.plan, target))
    if asked is not None and not asked & lacking:
        assert refusal is None
        model.plan = target
    else:
        assert refusal is not None
        refused_well(refusal, asked & lacking if asked is not None else set())


def walk_activity(model: Model, target: str, *, note: bool, replanned: bool) -> None:
    state, where = model.activity, model.plan
    refusal = rules.refuse_activity(state, target, plan_state=where, has_note=note, replanned=replanned)
    places, asks = ACTIVITY.get((state, target), (set[str](), True))
    if state == target:
        places, asks = (OPEN if replanned else RUNS), True
    legal = where in places and (note or not asks)
    if replanned:
        legal = legal and note and where in OPEN and target in {"PENDIENTE", "EN_CURSO"}
    assert (refusal is None) == legal
    if refusal is None:
        model.activity = target
    else:
        refused_well(refusal, set())


def walk_objective(model: Model, target: str, *, note: bool) -> None:
    state, settled = model.objective, model.activity not in {"PENDIENTE", "EN_CURSO"}
    refusal = rules.refuse_objective(state, target, plan_state=model.plan, has_note=note, settled=settled)
    places, asks, ended = OBJECTIVE.get((state, target), (set[str](), True, False))
    if state == target:
        places, asks, ended = OPEN, True, False
    legal = model.plan in places and (note or not asks) and (settled or not ended)
    assert (refusal is None) == legal
    if refusal is None:
        model.objective = target
    else:
        refused_well(refusal, set())


@settings(max_examples=1000, deadline=None)
@given(WALKS)
def test_a_thousand_walks_keep_to_the_tables(
    steps: list[tuple[str, Any, frozenset[str], bool, bool]],
) -> None:
    model = Model()
    for what, chance, lacking, note, replanned in steps:
        if what == "plan":
            # Along the table more often than not: walks that stand still show little.
            near = [b for a, b in PLAN if a == model.plan] * 3
            walk_plan(model, chance.choice([*near, *PLAN_STATES]), lacking)
        elif what == "activity":
            walk_activity(model, chance.choice(ACTIVITY_STATES), note=note, replanned=replanned)
        else:
            walk_objective(model, chance.choice(OBJECTIVE_STATES), note=note)
    assert model.plan in PLAN_STATES


def test_every_pair_is_as_the_tables_say() -> None:
    nothing: frozenset[str] = frozenset()
    for state in PLAN_STATES:
        for target in PLAN_STATES:
            assert (rules.refuse(state, target, facts(nothing)) is None) == ((state, target) in PLAN)
            for lacking in PLAN.get((state, target), set()):
                assert rules.refuse(state, target, facts(frozenset({lacking}))) is not None
    assert set(rules.STATES) == set(PLAN_STATES)
    assert set(rules.ACTIVITY_STATES) == set(ACTIVITY_STATES)
    assert set(rules.OBJECTIVE_STATES) == set(OBJECTIVE_STATES)


# Over HTTP --------------------------------------------------------------------------------------------------


HTTP_WALKS = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=6, max_size=14)
CLOSING = {"achievement": {"EDUCACION": "PARCIAL"}, "residual_risk": "LEVE", "follow_up": "Seis meses"}


class Walker:
    """A plan moved over HTTP, and the same moves on paper."""

    def __init__(self, world: World) -> None:
        person = registered(world)
        body = {"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}
        code = ok(person.client.post(f"{API}/plans", json=body), 201)["code"]
        self.plan = Drafted(person, code, "")
        goal = {"domain": "EDUCACION", "wish": WISH, "goal": "Secundaria"}
        self.plan.objective = ok(person.client.post(f"{self.plan.url}/objectives", json=goal), 201)["code"]
        self.activity = self.plan.activity(unit_code(world, person.officer))
        self.model = Model()
        self.signed = False

    def check(self) -> None:
        read = ok(self.plan.client.get(self.plan.url))
        found = (read["state"], read["objectives"][0]["state"], read["activities"][0]["state"])
        assert found == (self.model.plan, self.model.objective, self.model.activity)

    def move_plan(self, target: str) -> None:
        asked = PLAN.get((self.model.plan, target), {"impossible"})
        closing = {"outcome": "TRASLADO", "closing": CLOSING} if target.startswith("C") else {}
        answer = self.plan.to(target, **closing, **({"reason": "SALUD"} if target == "SUSPENDIDO" else {}))
        held = {"reason", "outcome", "achievement", "residual_risk", "follow_up", "objective", "pti"}
        held |= {"feasibility", *(SIGNED if self.signed else ())}
        held |= {"achieved"} if self.model.activity == "LOGRADO" else set()
        held |= {"settled"} if self.model.activity not in {"PENDIENTE", "EN_CURSO"} else set()
        held |= {"goals_settled"} if self.model.objective not in {"PENDIENTE", "EN_CURSO"} else set()
        self.expect(answer, legal=asked <= held)
        if asked <= held:
            self.model.plan = target

    def sign(self) -> None:
        both = [self.plan.sign(), self.plan.sign("PROFESIONAL", "FIRMA")]
        may = self.model.plan in {"EN_CONSULTA", "EN_REVISION"} and self.model.activity != "CANCELADA"
        for answer in both:
            assert answer.status_code in ({201, 409} if may and self.signed else {201} if may else {409})
        if may:
            self.signed = True
            self.model.plan = "SUSCRITO" if self.model.plan == "EN_CONSULTA" else self.model.plan

    def step(self, kind: str, target: str, *, note: bool) -> None:
        read = ok(self.plan.client.get(self.plan.url))
        shown = read["objectives" if kind == "objective" else "activities"][0]
        before = Model(self.model.plan, self.model.objective, self.model.activity)
        walk = walk_objective if kind == "objective" else _walk_plainly
        walk(before, target, note=note)
        state: str = getattr(self.model, kind)
        legal = getattr(before, kind) != state or (state == target and note and self._may_note(kind))
        path = f"objectives/{self.plan.objective}" if kind == "objective" else f"activities/{self.activity}"
        answer = self.plan.client.patch(
            f"{self.plan.url}/{path}",
            json={"state": target, **({"note": "Explicado"} if note else {})},
            headers={"If-Match": f'"{shown["version"]}"'},
        )
        self.expect(answer, legal=legal)
        if legal and target != state:
            setattr(self.model, kind, target)
            content = {"CANCELADA"} if kind == "activity" else {"NO_APLICA", "RECHAZADO_POR_LA_PERSONA"}
            self.signed = self.signed and not content & {target, state}

    def _may_note(self, kind: str) -> bool:
        return self.model.plan in (OPEN if kind == "objective" else RUNS)

    @staticmethod
    def expect(answer: Any, *, legal: bool) -> None:
        assert answer.status_code == 200 if legal else answer.status_code in {409, 422}, answer.text
        if not legal:
            assert answer.json()["detail"].endswith(".")


def _walk_plainly(model: Model, target: str, *, note: bool) -> None:
    walk_activity(model, target, note=note, replanned=False)


def walk_over_http(world: World, steps: list[tuple[int, bool]]) -> None:
    """Moves chosen near the present states, checked against the tables after each."""
    walker = Walker(world)
    for chance, note in steps:
        model = walker.model
        if chance < 5:
            near = [b for a, b in PLAN if a == model.plan and not b.startswith("C")] or ["CUMPLIDO"]
            far = ["CUMPLIDO", "SUSCRITO", "EN_EJECUCION"]
            walker.move_plan((near * 2 + far)[(chance * 7 + len(near)) % (2 * len(near) + 3)])
        elif chance == 5:
            walker.sign()
        elif chance < 8:
            walker.step("activity", ACTIVITY_STATES[(chance + 3 * note) % 6], note=note)
        else:
            walker.step("objective", OBJECTIVE_STATES[(chance + 2 * note) % 6], note=note)
        walker.check()


FEW = settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@FEW
@given(steps=HTTP_WALKS)
def test_walks_over_http_keep_to_the_tables(world: World, steps: list[tuple[int, bool]]) -> None:
    walk_over_http(world, [(0, False), (5, False), (0, False), *steps])


@pytest.mark.soak
@settings(FEW, max_examples=150)
@given(steps=HTTP_WALKS)
def test_many_walks_over_http_keep_to_the_tables(world: World, steps: list[tuple[int, bool]]) -> None:
    walk_over_http(world, [(0, False), (5, False), (0, False), *steps])


def test_the_walk_notices_a_rule_that_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with a hole: the thousand walks would not pass over it."""
    open_hole = Transition("NO_LOGRADO", "LOGRADO", (), "Maquilla el resultado.")
    holed = Machine(
        "actividad",
        rules.ACTIVITY_STATES,
        (*rules.ACTIVITY_MACHINE.transitions, open_hole),
        rules.STEP_GUARDS,
    )
    monkeypatch.setattr(rules.refuse_activity, "__kwdefaults__", {"replanned": False, "machine": holed})
    with pytest.raises(AssertionError):
        walk_activity(Model("EN_EJECUCION", "EN_CURSO", "NO_LOGRADO"), "LOGRADO", note=True, replanned=False)
