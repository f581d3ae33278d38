"""Which of the persons found the caller sees anyway, and under which code."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.access.act import Act
from app.access.scope import visible_victims
from app.models import VictimCode


def codes_seen(act: Act, person_ids: Iterable[int]) -> dict[int, str]:
    """Code by person, of those in the actor's scope."""
    rows = act.session.execute(
        select(VictimCode.victim_id, VictimCode.code).where(
            VictimCode.is_main(),
            VictimCode.victim_id.in_(list(person_ids)),
            VictimCode.victim_id.in_(visible_victims(act.actor)),
        )
    )
    return {row.victim_id: row.code for row in rows}
