"""A state machine of a lamp: which moves there are, what each asks for, and the words of every refusal."""

from __future__ import annotations

import pytest

from app.errors import Conflict, Invalid
from app.services.state_machine import Guard, Machine, Refusal, Transition, refused

LABELS = {"OFF": "Apagada", "ON": "Encendida", "BROKEN": "Rota"}
GUARDS = {
    guard.name: guard
    for guard in (
        Guard("power", "Falta la corriente."),
        Guard("reason", "Falta el motivo, uno de estos códigos.", "reason"),
        Guard("colour", "Falta el color.", "colour"),
        Guard("second", "Lo confirma otra persona.", apart=True),
    )
}
MOVES = (
    Transition("OFF", "ON", ("power", "reason", "colour"), "Se enciende."),
    Transition("ON", "OFF", (), "Se apaga."),
    Transition("ON", "BROKEN", ("reason", "second"), "Se rompe."),
)
LAMP = Machine("lámpara", LABELS, MOVES, GUARDS)


def test_the_moves_there_are() -> None:
    assert (LAMP.targets("OFF"), LAMP.targets("ON"), LAMP.targets("BROKEN")) == (
        ("ON",),
        ("OFF", "BROKEN"),
        (),
    )
    assert (LAMP.offered("ON"), LAMP.with_two("ON"), LAMP.with_two("OFF")) == (("OFF",), ("BROKEN",), ())
    assert [state for state in LABELS if LAMP.terminal(state)] == ["BROKEN"]
    assert LAMP.find("OFF", "ON") is MOVES[0]
    assert LAMP.find("OFF", "BROKEN") is None


@pytest.mark.parametrize(
    "move",
    [
        Transition("OFF", "ON", (), "Otra vez."),
        Transition("OFF", "LOST", (), "A ninguna parte."),
        Transition("LOST", "OFF", (), "De ninguna parte."),
        Transition("OFF", "BROKEN", ("nobody",), "Sin saber qué pide."),
    ],
)
def test_a_table_that_is_not_well_formed_is_refused(move: Transition) -> None:
    with pytest.raises(ValueError, match="lámpara: bad transition"):
        Machine("lámpara", LABELS, (*MOVES, move), GUARDS)


def test_a_move_asks_for_each_of_its_guards() -> None:
    whole = {"power": True, "reason": True, "colour": True}
    assert LAMP.refuse("OFF", "ON", whole) is None
    assert LAMP.refuse("ON", "OFF", {}) is None
    for name in whole:
        for told in ({**whole, name: False}, {n: True for n in whole if n != name}):
            refusal = LAMP.refuse("OFF", "ON", told)
            assert refusal == Refusal("guard", refusal.message if refusal else "", (GUARDS[name],), ("ON",))
            assert refusal is not None
            assert refusal.message == f"No se puede pasar a «Encendida». {GUARDS[name].missing}"
    both = LAMP.refuse("OFF", "ON", {"power": True})
    assert both is not None
    assert both.message.endswith("Falta el motivo, uno de estos códigos. Falta el color.")


def test_the_codes_that_would_do_are_named() -> None:
    choices = {"reason": ["A", "B"], "colour": []}
    refusal = LAMP.refuse("OFF", "ON", {"power": True}, choices)
    assert refusal is not None
    assert [(guard.missing, guard.choices) for guard in refusal.missing] == [
        (GUARDS["reason"].missing, ("A", "B")),
        (GUARDS["colour"].missing, ()),
    ]
    assert GUARDS["reason"].naming([]) == GUARDS["reason"]


@pytest.mark.parametrize(
    ("state", "target", "code", "message", "possible"),
    [
        (
            "OFF",
            "BROKEN",
            "no-such-move",
            "De «Apagada» no se pasa a «Rota». Puede pasar a: «Encendida».",
            ("ON",),
        ),
        ("ON", "ON", "no-such-move", "Ya está en «Encendida». Puede pasar a: «Apagada».", ("OFF",)),
        ("OFF", "x<y>", "unknown-state", "El estado no existe. Puede pasar a: «Encendida».", ("ON",)),
        (
            "BROKEN",
            "OFF",
            "no-such-move",
            "De «Rota» no se pasa a «Apagada». Es un estado final: no admite más cambios.",
            (),
        ),
    ],
)
def test_a_move_there_is_not_is_said_with_what_there_is(
    state: str, target: str, code: str, message: str, possible: tuple[str, ...]
) -> None:
    assert LAMP.refuse(state, target, {}) == Refusal(code, message, (), possible)


def test_several_moves_are_listed() -> None:
    free = Machine("lámpara", LABELS, (*MOVES[:2], Transition("ON", "BROKEN", (), "Se rompe.")), GUARDS)
    refusal = free.refuse("ON", "ON", {})
    assert refusal is not None
    assert refusal.message == "Ya está en «Encendida». Puede pasar a: «Apagada», «Rota»."


def test_what_the_request_could_supply_is_named_by_its_field() -> None:
    refusal = LAMP.refuse("OFF", "ON", {"power": True})
    assert refusal is not None
    error = refused(refusal)
    assert isinstance(error, Invalid)
    assert error.detail == refusal.message
    assert error.errors == [
        {"field": "reason", "code": "reason", "message": "Falta el motivo, uno de estos códigos."},
        {"field": "colour", "code": "colour", "message": "Falta el color."},
    ]


def test_what_it_could_not_supply_is_a_conflict_with_the_way_out() -> None:
    for told, fields in (({"reason": True, "colour": True}, []), ({"colour": True}, ["reason"])):
        refusal = LAMP.refuse("OFF", "ON", told)
        assert refusal is not None
        error = refused(refusal)
        assert isinstance(error, Conflict)
        assert [one["field"] for one in error.errors] == fields
        assert error.extra["possible"] == ["ON"]
        assert error.extra["code"] == "guard"
        assert error.extra["missing"] == [guard.name for guard in refusal.missing]
    gone = LAMP.refuse("BROKEN", "ON", {})
    assert gone is not None
    conflict = refused(gone)
    assert isinstance(conflict, Conflict)
    assert (conflict.errors, conflict.extra["missing"], conflict.extra["possible"]) == ([], [], [])
