"""A case in scope, together with how the actor reads one compartment of its person."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope
from app.access.policy import OPENING, Level
from app.access.standing import Standing, standing
from app.errors import Forbidden, NotFound
from app.services.cases.holding import held_case


@dataclass(frozen=True, slots=True)
class CasePart:
    """A case, the actor's standing to its person, and its level of the compartment asked about."""

    ref: CaseRef
    stand: Standing
    level: Level


def case_part(act: Act, code: str, compartment: str, *, hold: bool = False) -> CasePart:
    """The case behind a code, for who opens the compartment; held to the end of the transaction on request.

    Raises:
        NotFound: out of scope, or the compartment does not exist for this actor and person.
        Forbidden: the actor may only know that it is filled.
    """
    ref = (held_case if hold else case_in_scope)(act, code)
    stand = standing(act, ref.victim_id)
    level = stand.level(act.actor, compartment) if stand else Level.NONE
    if stand is None or level in {Level.NONE, Level.AGGREGATE}:
        raise NotFound
    if level not in OPENING:
        raise Forbidden("Solo puede saber que esta parte del registro existe.")
    return CasePart(ref, stand, level)
