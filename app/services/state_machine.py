"""State machines as tables: which moves exist, what each one asks for, and the sentence for each refusal.

Pure: no database, no clock, no web. A slice builds one `Machine` from its table and asks it before it writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app.errors import AppError, Conflict, Invalid, wrong
from app.records.errors import FieldError


@dataclass(frozen=True, slots=True)
class Transition:
    """One legal move. `guards` must all hold; `message` says in Spanish what the move means."""

    source: str
    target: str
    guards: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a move: what is missing when it fails, and the request field that could supply it.

    `apart`: nothing that one person can send meets it, so the move is not among those offered.
    `choices`: the codes that would do, where it takes one of some.
    """

    name: str
    missing: str
    field: str | None = None
    apart: bool = False
    choices: tuple[str, ...] = ()

    def naming(self, codes: Iterable[str]) -> Guard:
        """The same guard with the codes that would do (if any are given)."""
        return replace(self, choices=tuple(codes) or self.choices)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a move was refused: a stable code, the sentence for the person, and what is missing."""

    code: str
    message: str
    missing: tuple[Guard, ...] = ()
    possible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine: its states with their Spanish labels, its moves and its guards.

    Raises:
        ValueError: the table is not well formed (unknown state or guard, the same move twice).
    """

    name: str
    labels: Mapping[str, str]
    transitions: tuple[Transition, ...]
    guards: Mapping[str, Guard]
    _moves: dict[tuple[str, str], Transition] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        moves: dict[tuple[str, str], Transition] = {}
        for move in self.transitions:
            key = (move.source, move.target)
            if key in moves or not {*key} <= set(self.labels) or not set(move.guards) <= set(self.guards):
                raise ValueError(f"{self.name}: bad transition {key}")
            moves[key] = move
        object.__setattr__(self, "_moves", moves)

    def targets(self, state: str) -> tuple[str, ...]:
        """States that `state` may move to, guards apart, in the order of the table."""
        return tuple(move.target for move in self.transitions if move.source == state)

    def offered(self, state: str) -> tuple[str, ...]:
        """Those of `targets` that one person can bring about."""
        return tuple(
            move.target
            for move in self.transitions
            if move.source == state and not any(self.guards[name].apart for name in move.guards)
        )

    def with_two(self, state: str) -> tuple[str, ...]:
        """Those of `targets` that one person asks for and another brings about."""
        offered = self.offered(state)
        return tuple(target for target in self.targets(state) if target not in offered)

    def terminal(self, state: str) -> bool:
        """Whether nothing follows `state`."""
        return not self.targets(state)

    def find(self, state: str, target: str) -> Transition | None:
        """The move from `state` to `target`, or None."""
        return self._moves.get((state, target))

    def refuse(
        self,
        state: str,
        target: str,
        facts: Mapping[str, bool],
        choices: Mapping[str, Iterable[str]] = MappingProxyType({}),
    ) -> Refusal | None:
        """None when the move is legal now, otherwise why not and what would be possible.

        `facts` answers each guard by name; a guard without an answer does not hold. `choices` are the codes
        that would satisfy a guard, by its name.
        """
        move = self.find(state, target)
        if move is None:
            return self._no_such_move(state, target)
        missing = tuple(
            self.guards[name].naming(choices.get(name, ()))
            for name in move.guards
            if not facts.get(name, False)
        )
        if not missing:
            return None
        wanted = " ".join(guard.missing for guard in missing)
        message = f"No se puede pasar a «{self.labels[target]}». {wanted}"
        return Refusal("guard", message, missing, self.offered(state))

    def _no_such_move(self, state: str, target: str) -> Refusal:
        if target not in self.labels:
            # The text that was sent is not repeated: it may hold anything.
            return Refusal(
                "unknown-state", f"El estado no existe. {self._options(state)}", (), self.offered(state)
            )
        if target == state:
            message = f"Ya está en «{self.labels[state]}». {self._options(state)}"
        else:
            message = (
                f"De «{self.labels[state]}» no se pasa a «{self.labels[target]}». {self._options(state)}"
            )
        return Refusal("no-such-move", message, (), self.offered(state))

    def _options(self, state: str) -> str:
        targets = self.offered(state)
        if not targets:
            return "Es un estado final: no admite más cambios."
        return "Puede pasar a: " + ", ".join(f"«{self.labels[target]}»" for target in targets) + "."


def refused(refusal: Refusal) -> AppError:
    """The error to raise: 422 naming fields when the request could supply all that is missing, else 409."""
    errors: list[FieldError] = [
        wrong(guard.field, guard.name, guard.missing, guard.choices)
        for guard in refusal.missing
        if guard.field is not None
    ]
    if errors and len(errors) == len(refusal.missing):
        return Invalid(refusal.message, errors=errors)
    extra = {"code": refusal.code, "missing": [guard.name for guard in refusal.missing]}
    return Conflict(refusal.message, errors=errors, possible=list(refusal.possible), **extra)
