"""Stays and holds as state machines, against tables written out by hand; and both in services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.errors import AppError
from app.records.rows.shelters import Leave, Suitability
from app.services.shelters import rules
from app.services.shelters.outings import come_back, go_out
from app.services.shelters.queries import read
from app.services.shelters.rules import StayFacts
from app.services.shelters.service import admit, leave
from app.services.shelters.suitability import check
from app.services.state_machine import Guard, Transition
from tests.cases.story import Registered, registered, shared_with
from tests.factories import World

# From the design: who is taken in goes out and comes back, and leaves from either; nothing follows.
STAY = {
    ("ALOJADA", "DE_PERMISO"): {"in_shelter", "leave_reason", "due_back"},
    ("DE_PERMISO", "ALOJADA"): set(),
    **{
        (state, "EGRESADA"): {
            *("exit_reason", "adult", "suitable_adult", "resolution", "destination", "of_age", "return"),
            "located",
        }
        for state in ("ALOJADA", "DE_PERMISO")
    },
}
HOLD = {
    ("VIGENTE", "CONVERTIDA"): {"by_shelter", "in_time"},
    ("VIGENTE", "LIBERADA"): {"by_parties"},
    ("VIGENTE", "VENCIDA"): {"by_clock"},
}
STATES = ("ALOJADA", "DE_PERMISO", "EGRESADA")
HOLD_STATES = ("VIGENTE", "CONVERTIDA", "LIBERADA", "VENCIDA")
LEAVE_REASONS = {"SALUD", "DILIGENCIA", "ESTUDIO", "TRABAJO", "VISITA_FAMILIAR", "RECREACION", "OTRO"}
EXIT_REASONS = {
    "REINTEGRACION_FAMILIAR", "FAMILIA_SUSTITUTA", "VIDA_INDEPENDIENTE", "RETORNO_AL_PAIS", "MAYORIA_DE_EDAD",
    "TRASLADO", "EGRESO_VOLUNTARIO", "EGRESO_NO_AUTORIZADO", "ILOCALIZABLE", "FALLECIMIENTO",
}  # fmt: skip
TO_FAMILY = {"REINTEGRACION_FAMILIAR", "FAMILIA_SUSTITUTA"}

facts = st.builds(
    StayFacts,
    child=st.booleans(),
    reason=st.none()
    | st.sampled_from(sorted(LEAVE_REASONS | EXIT_REASONS | {"PERMANENCIA_EN_ACOGIDA", "x"})),
    suitability=st.sampled_from([None, "IDONEA", "NO_IDONEA", "PENDIENTE"]),
    in_shelter=st.booleans(),
    due_back=st.booleans(),
    destination=st.booleans(),
    resolved=st.booleans(),
    returns=st.booleans(),
    of_age=st.booleans(),
)
steps = st.lists(st.tuples(st.sampled_from([*STATES, "NADA"]), facts), min_size=1, max_size=12)


def holds(known: StayFacts) -> dict[str, bool]:
    """Each guard by its own words, once more."""
    return {
        "in_shelter": known.in_shelter,
        "due_back": known.due_back,
        "leave_reason": known.reason in LEAVE_REASONS,
        "exit_reason": known.reason in EXIT_REASONS,
        "adult": not known.child or known.reason != "EGRESO_VOLUNTARIO",
        "suitable_adult": not known.child or known.reason not in TO_FAMILY or known.suitability == "IDONEA",
        "resolution": not known.child or known.reason not in TO_FAMILY or known.resolved,
        "destination": not known.child or known.reason != "TRASLADO" or known.destination,
        "of_age": known.of_age
        or known.reason not in {"MAYORIA_DE_EDAD", *(["VIDA_INDEPENDIENTE"] if known.child else [])},
        "return": not known.child or known.reason != "RETORNO_AL_PAIS" or known.returns,
        "located": not known.child or known.reason != "ILOCALIZABLE",
    }


def check_move(state: str, target: str, known: StayFacts) -> bool:
    """The whole law of one move; whether it is legal."""
    refusal = rules.refuse(state, target, known)
    legal = {b for a, b in STAY if a == state}
    if target not in legal:
        assert refusal is not None
        assert refusal.code in {"no-such-move", "unknown-state"}
    else:
        missing = {name for name in STAY[state, target] if not holds(known)[name]}
        assert (refusal is None) == (not missing)
        assert refusal is None or {guard.name for guard in refusal.missing} == missing
        assert refusal is None or all(guard.missing in refusal.message for guard in refusal.missing)
    if refusal is not None:
        assert refusal.message.endswith(".")
        assert set(refusal.possible) == legal
    return refusal is None


@settings(max_examples=1000, deadline=None)
@given(steps)
def test_a_stay_takes_only_the_steps_of_the_table(walk: list[tuple[str, StayFacts]]) -> None:
    state = "ALOJADA"
    for target, known in walk:
        if check_move(state, target, known):
            state = target


@pytest.mark.parametrize(("state", "target"), list(product(STATES, STATES)))
def test_every_pair_of_states(state: str, target: str) -> None:
    everything = StayFacts(child=True, reason="TRASLADO", due_back=True, destination=True)
    away = StayFacts(child=True, reason="SALUD", due_back=True)
    assert check_move(state, target, away if target == "DE_PERMISO" else everything) == (
        (state, target) in STAY
    )


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(HOLD_STATES), st.booleans(), st.booleans(), st.booleans()), min_size=1)
)
def test_a_hold_takes_only_the_steps_of_the_table(walk: list[tuple[str, bool, bool, bool]]) -> None:
    state = "VIGENTE"
    for target, shelter, requester, in_time in walk:
        refusal = rules.refuse_hold(state, target, shelter=shelter, requester=requester, in_time=in_time)
        met = {
            "by_shelter": shelter,
            "by_parties": shelter or requester,
            "by_clock": False,
            "in_time": in_time,
        }
        allowed = (state, target) in HOLD and all(met[name] for name in HOLD[state, target])
        assert (refusal is None) == allowed
        if refusal is None:
            state = target
        else:
            assert len(refusal.message) > 20


@pytest.mark.parametrize("planted", [Transition("EGRESADA", "ALOJADA", (), "Vuelve."), None])
def test_the_table_finds_what_is_planted(monkeypatch: pytest.MonkeyPatch, planted: Transition | None) -> None:
    """A move too many, or a guard that always holds, breaks the law above."""
    table = rules.STAY
    guards = {**table.guards, "suitable_adult": Guard("adult", "x")} if planted is None else table.guards
    moves = (*table.transitions, planted) if planted else table.transitions
    monkeypatch.setattr(rules, "STAY", type(table)(table.name, table.labels, moves, guards))
    known = StayFacts(child=True, reason="REINTEGRACION_FAMILIAR")
    with pytest.raises(AssertionError):
        check_move(*(("EGRESADA", "ALOJADA") if planted else ("ALOJADA", "EGRESADA")), known)


# Through the services ---------------------------------------------------------------------------------------

acts = st.lists(
    st.sampled_from(["out", "back", "check", "unfit", "family", "transfer", "own", "gone"]),
    min_size=1,
    max_size=7,
)
TARGETS = {
    "out": ("DE_PERMISO", "ESTUDIO"),
    "back": ("ALOJADA", None),
    "own": ("EGRESADA", "EGRESO_VOLUNTARIO"),
    "family": ("EGRESADA", "FAMILIA_SUSTITUTA"),
    "transfer": ("EGRESADA", "TRASLADO"),
    "gone": ("EGRESADA", "EGRESO_NO_AUTORIZADO"),
}
soon = timedelta(hours=2)


class Stay:
    """One stay of a child through the services, beside what the tables above say of it."""

    def __init__(self, world: World, person: Registered, shelter: Actor) -> None:
        self.world, self.shelter = world, shelter
        with world.session(shelter) as session:
            self.code = admit(Act(session, CARE), person.case)
        self.state, self.version, self.fit = "ALOJADA", 1, None

    def take(self, act: str) -> None:
        """Take a step, and see that it is done exactly where the table lets it."""
        target, reason = TARGETS.get(act, (None, None))
        known = StayFacts(child=True, reason=reason, suitability=self.fit, due_back=True)
        legal = target is None and self.state != "EGRESADA"
        if target is not None and (self.state, target) in STAY:
            legal = all(holds(known)[name] for name in STAY[self.state, target])
        refused = None
        try:
            with self.world.session(self.shelter) as session:
                self._act(session, act, reason)
        except AppError as error:
            refused = error
        assert (refused is None) == legal, (self.state, act)
        if refused is not None:
            assert len(refused.detail) > 20
            return
        if target is None:
            self.fit = "IDONEA" if act == "check" else "NO_IDONEA"
        else:
            self.state, self.version = target, self.version + 1

    def _act(self, session: Session, act: str, reason: str | None) -> None:
        at = (Act(session, CARE), self.code)
        if act == "out":
            go_out(*at, self.version, Leave(reason=reason), datetime.now(UTC) + soon)
        elif act == "back":
            come_back(*at, self.version)
        elif act in {"check", "unfit"}:
            today = datetime.now(UTC).date() - timedelta(days=1)
            result = "IDONEA" if act == "check" else "NO_IDONEA"
            given = Suitability(
                result=result, relation="MADRE", suspected="NO", checked_on=today, name="Rosa Quispe"
            )
            check(*at, given)
        else:
            leave(*at, self.version, str(reason))

    def end(self) -> None:
        """See that the stored state is the one followed, and leave nobody housed."""
        with self.world.session(self.shelter) as session:
            assert read(Act(session, CARE), self.code)["state"] == self.state
        if self.state != "EGRESADA":
            self.take("gone")


def walk_through(world: World, examples: int) -> None:
    person = registered(world, age_years=13)
    shelter, _, _ = shared_with(world, person, "car_caseworker")

    @settings(max_examples=examples, deadline=None, database=None)
    @given(acts)
    def walk(taken: list[str]) -> None:
        stay = Stay(world, person, shelter)
        for act in taken:
            stay.take(act)
        stay.end()

    walk()


def test_stays_through_the_services_follow_the_table(world: World) -> None:
    walk_through(world, 12)


@pytest.mark.soak
def test_many_stays_through_the_services_follow_the_table(world: World) -> None:
    walk_through(world, 1000)
