"""What is there already of the synthetic register, as the account that keeps it in one unit sees it."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.act import Act
from app.access.scope import visible_cases
from app.models import TraffickingCase, VictimCode
from stories.demo.people import LABEL


@dataclass(frozen=True, slots=True)
class Stored:
    """A case of the synthetic register. A `version` of 1 says that nothing happened to it yet."""

    person: str
    case: str
    version: int


def stored(act: Act) -> list[Stored]:
    """Cases of the synthetic register that the actor's unit opened, in order of registration."""
    rows = act.session.execute(
        visible_cases(act.actor)
        .with_only_columns(
            VictimCode.code.label("person"),
            TraffickingCase.code,
            TraffickingCase.version,
            maintain_column_froms=True,
        )
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .where(
            VictimCode.is_main(),
            TraffickingCase.source == LABEL,
            TraffickingCase.opened_unit_id == act.actor.unit_id,
        )
        .order_by(TraffickingCase.id)
    )
    return [Stored(person, case, version) for person, case, version in rows]
