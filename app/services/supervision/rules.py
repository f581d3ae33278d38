"""Who takes which case over, and who is a supervisor. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Mapping, Sequence

from app.access.actor import Actor
from app.errors import Forbidden

ONLY_SUPERVISORS = "Solo la jefatura de la unidad puede hacerlo."


def supervising(actor: Actor) -> None:
    """Refuse who does not see all cases of the unit.

    Raises:
        Forbidden: it does not.
    """
    if not actor.unit_wide:
        raise Forbidden(ONLY_SUPERVISORS)


def shared_out(
    cases: Sequence[int], loads: Mapping[int, int], teams: Mapping[int, Collection[int]]
) -> dict[int, int]:
    """Who takes over each case: always the one with fewest open cases, the lower key of equals.

    A case that some of them have charge of already goes to the least loaded of those, and costs nobody more.

    Args:
        cases: keys of the cases to hand over, in order.
        loads: open cases by key of each worker who may take over; not empty.
        teams: who has charge of a case already, by its key.
    """
    heap = [(load, user) for user, load in loads.items()]
    heapq.heapify(heap)
    taken: dict[int, int] = {}
    for case in cases:
        already = [user for user in teams.get(case, ()) if user in loads]
        if already:
            taken[case] = min(already, key=lambda user: (loads[user], user))
            continue
        load, user = heapq.heappop(heap)
        taken[case] = user
        heapq.heappush(heap, (load + 1, user))
    return taken
