"""The case's state machine against the design's own list of moves, guard by guard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.cases import codes, rules
from app.services.cases.rules import CaseFacts
from app.services.state_machine import Guard, Machine, Transition

PAUSES = {"DECLINA_ATENCION", "ILOCALIZABLE", "EGRESO_NO_AUTORIZADO"}
CARE = {"EN_ASISTENCIA_INMEDIATA", "EN_ATENCION_ESPECIALIZADA", "EN_REINTEGRACION", "EN_SEGUIMIENTO"}
# Written out again from the design, not derived from the table under test.
LEGAL = (
    {
        ("ALERTA", "PRESUNTA_VICTIMA"),
        ("PRESUNTA_VICTIMA", "EN_ASISTENCIA_INMEDIATA"),
        ("EN_ASISTENCIA_INMEDIATA", "EN_ATENCION_ESPECIALIZADA"),
        ("EN_ATENCION_ESPECIALIZADA", "EN_REINTEGRACION"),
        ("EN_REINTEGRACION", "EN_SEGUIMIENTO"),
        ("ALERTA", "DESCARTADA"),
        ("PRESUNTA_VICTIMA", "DESCARTADA"),
        ("PRESUNTA_VICTIMA", "DECLINA_ATENCION"),
        ("PRESUNTA_VICTIMA", "ILOCALIZABLE"),
        ("DECLINA_ATENCION", "ILOCALIZABLE"),
        ("EGRESO_NO_AUTORIZADO", "ILOCALIZABLE"),
        ("PRESUNTA_VICTIMA", "EGRESO_NO_AUTORIZADO"),
        ("PRESUNTA_VICTIMA", "CERRADO"),
    }
    | {(a, b) for a in CARE for b in PAUSES | {"CERRADO"}}
    | {(a, b) for a in PAUSES for b in CARE | {"PRESUNTA_VICTIMA", "CERRADO"}}
)

states = st.sampled_from(sorted(codes.STATES))
reasons = st.none() | st.sampled_from(
    sorted({r for group in codes.REASONS.values() for r in group} | set(codes.RETURN_REASONS) | {"OTRO"})
)
facts = st.builds(
    CaseFacts,
    adult=st.booleans(),
    reason=reasons,
    outcome=st.none() | st.sampled_from([*codes.OUTCOMES, "ERROR_DE_REGISTRO"]),
    left_state=st.none() | st.sampled_from(codes.PATH),
    second_person=st.booleans(),
    housed=st.booleans(),
    missing=st.booleans(),
)


def check_move(state: str, target: str, known: CaseFacts, machine: Machine = rules.MACHINE) -> None:
    """The whole law of one move; raises AssertionError where the table breaks it."""
    refusal = rules.refuse(state, target, known, machine)
    if refusal is not None:
        assert len(refusal.message) > 20
        assert refusal.message.endswith(".")
        # What needs a second person is not offered to one.
        assert set(refusal.possible) == {b for a, b in LEGAL if a == state} - {"DESCARTADA"}
        return
    assert (state, target) in LEGAL
    assert not (target == "DECLINA_ATENCION" and not known.adult)
    assert not (target == "DESCARTADA" and not known.second_person)
    assert not (rules.closed(target) and known.housed)
    if target in PAUSES | {"DESCARTADA"}:
        assert known.reason in codes.REASONS[target]
    if target == "CERRADO":
        assert known.outcome in codes.OUTCOMES
        assert state == "EN_SEGUIMIENTO" or known.outcome in codes.EARLY_OUTCOMES
        assert known.adult or known.outcome != "EGRESO_VOLUNTARIO"
        assert known.second_person or (known.adult and known.outcome != "ILOCALIZABLE")
    if state == "EGRESO_NO_AUTORIZADO" and known.missing:
        assert target not in {"CERRADO", "ILOCALIZABLE"}
    if state in PAUSES and target in CARE | {"PRESUNTA_VICTIMA"}:
        assert target in {known.left_state, "EN_ASISTENCIA_INMEDIATA"}
        assert known.reason in codes.RETURN_REASONS


@given(states, states, facts)
def test_every_move_is_legal_or_refused_in_words(state: str, target: str, known: CaseFacts) -> None:
    check_move(state, target, known)


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.tuples(states, facts), max_size=20))
def test_a_walk_stays_on_the_line(steps: list[tuple[str, CaseFacts]]) -> None:
    state = "ALERTA"
    history: list[tuple[str | None, str]] = []
    for target, wish in steps:
        known = replace(wish, left_state=rules.left_state(history))
        check_move(state, target, known)
        if rules.refuse(state, target, known) is None:
            history.append((state, target))
            state = target
    line = [codes.PATH.index(s) for _, s in history if s in codes.PATH]
    # Nothing is skipped: a pause leads back to where it began (or to the start of care), never ahead.
    seen = {"ALERTA"} | {s for _, s in history}
    for place in line:
        if 0 < place < 6:
            assert codes.PATH[place] == "EN_ASISTENCIA_INMEDIATA" or codes.PATH[place - 1] in seen
    if state in {"CERRADO", "DESCARTADA"}:
        assert rules.closed(state)


@given(states, states, facts)
def test_a_child_never_declines(state: str, target: str, known: CaseFacts) -> None:
    if rules.refuse(state, target, replace(known, adult=False)) is None:
        assert target != "DECLINA_ATENCION"


@pytest.mark.parametrize("state", codes.STATES)
def test_every_state_is_reached_and_every_open_state_is_left(state: str) -> None:
    reached, todo = {"ALERTA"}, ["ALERTA"]
    while todo:
        for target in rules.MACHINE.targets(todo.pop()):
            if target not in reached:
                reached.add(target)
                todo.append(target)
    assert state in reached
    assert rules.closed(state) == (state in {"CERRADO", "DESCARTADA"})


EVERYTHING = CaseFacts(
    adult=True, reason="SIN_INDICIOS", outcome="TRASLADO", left_state="EN_REINTEGRACION", second_person=True
)


@pytest.mark.parametrize(
    "planted",
    [
        Transition("CERRADO", "EN_ASISTENCIA_INMEDIATA", (), "Reabre."),
        Transition("ALERTA", "EN_REINTEGRACION", (), "Salta."),
        Transition("DESCARTADA", "ALERTA", (), "Vuelve."),
    ],
)
def test_a_planted_move_breaks_the_property(planted: Transition) -> None:
    hole = Machine("caso", codes.STATES, (*rules.MACHINE.transitions, planted), rules.GUARDS)
    with pytest.raises(AssertionError):
        check_move(planted.source, planted.target, EVERYTHING, hole)


@pytest.mark.parametrize("dropped", ["adult", "reason"])
def test_a_dropped_guard_breaks_the_property(dropped: str) -> None:
    weaker = tuple(
        replace(t, guards=tuple(g for g in t.guards if g != dropped)) for t in rules.MACHINE.transitions
    )
    hole = Machine("caso", codes.STATES, weaker, rules.GUARDS)
    known = CaseFacts(adult=dropped != "adult", reason=None if dropped == "reason" else "DECISION_PROPIA")
    with pytest.raises(AssertionError):
        check_move("EN_ATENCION_ESPECIALIZADA", "DECLINA_ATENCION", known, hole)


def test_discarding_says_that_a_second_person_is_missing() -> None:
    refusal = rules.refuse("PRESUNTA_VICTIMA", "DESCARTADA", CaseFacts(adult=True, reason="SIN_INDICIOS"))
    assert refusal is not None
    assert [guard.name for guard in refusal.missing] == ["second_person"]
    assert "segunda persona" in refusal.message
    assert "lo apruebe" in refusal.message


def test_a_missing_reason_names_those_of_that_state() -> None:
    refusal = rules.refuse("PRESUNTA_VICTIMA", "ILOCALIZABLE", CaseFacts(adult=True))
    assert refusal is not None
    assert set(refusal.missing[0].choices) == set(codes.REASONS["ILOCALIZABLE"])
    assert "TEMOR" not in refusal.missing[0].choices


def test_an_unknown_state_is_not_repeated() -> None:
    refusal = rules.refuse("ALERTA", "Rosa Quispe", EVERYTHING)
    assert refusal is not None
    assert "Rosa" not in refusal.message


@given(
    st.none() | st.integers(0, 120),
    st.none() | st.integers(0, 120),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
)
def test_only_a_certain_adult_is_an_adult(
    low: int | None, age: int | None, known_on: date, today: date
) -> None:
    lowest = low if low is not None else age
    child = rules.presumed_child((low, age), known_on, today)
    if lowest is None:
        assert child
    elif not child:
        # At least 18 full years can be counted from the stated age.
        assert lowest + (today - known_on).days / 365 >= rules.ADULT_AGE or lowest >= rules.ADULT_AGE
    elif lowest >= rules.ADULT_AGE:
        pytest.fail("a known adult was presumed a child")


@pytest.mark.parametrize(
    ("ages", "today", "child"),
    [
        ((None, None), date(2026, 1, 1), True),
        ((16, 19), date(2026, 1, 1), True),
        ((18, 20), date(2026, 1, 1), False),
        ((None, 17), date(2025, 6, 9), True),
        ((None, 17), date(2025, 6, 10), False),
    ],
)
def test_age_grows_with_time(ages: tuple[int | None, int | None], today: date, child: bool) -> None:
    assert rules.presumed_child(ages, date(2024, 6, 10), max(today, date(2024, 6, 10))) == child


@given(st.sampled_from(sorted(codes.IDENTIFICATION)), st.sampled_from(sorted(codes.IDENTIFICATION)))
def test_identification_moves(current: str, wanted: str) -> None:
    refusal = rules.refuse_identification(current, wanted)
    if refusal is None:
        assert current != wanted
        assert wanted != "PRESUNTA"
    else:
        assert refusal.message


@pytest.mark.parametrize(
    "bad",
    [
        Transition("A", "C", (), "x"),
        Transition("A", "B", ("nobody",), "x"),
        Transition("B", "A", (), "x"),
    ],
)
def test_a_malformed_table_is_refused(bad: Transition) -> None:
    good = Transition("B", "A", (), "x")
    with pytest.raises(ValueError, match="bad transition"):
        Machine("m", {"A": "a", "B": "b"}, (good, bad), {"g": Guard("g", "Falta.")})
