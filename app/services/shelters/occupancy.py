"""How full the actor's own shelter is, group by group."""

from __future__ import annotations

from sqlalchemy import func, select

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.models import PlaceHold
from app.services.shelters.free_places import places_of, vacant
from app.services.shelters.views import OccupancyView
from app.states import HoldState


def occupancy(act: Act) -> list[OccupancyView]:
    """Places of the own shelter by group: in all, `occupied`, `held`, free, and `out` of service.

    A hold of which the time is over counts as held until its clock lets the place go, as everywhere.

    Raises:
        Forbidden: the role has nothing to do with placements.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    here = select(func.ruv.holds_here().column_valued("hold"))
    counted = act.session.execute(
        select(PlaceHold.grp, func.count())
        .where(PlaceHold.id.in_(here), PlaceHold.state == HoldState.HELD)
        .group_by(PlaceHold.grp)
    )
    held = dict(counted.all())
    return [
        {
            **vacant(place.grp, place.total, place.total - place.taken),
            "held": held.get(place.grp, 0),
            "occupied": place.taken - held.get(place.grp, 0),
            "out": place.made - place.total,
        }
        for place in places_of(act.session, [act.actor.unit_id])
    ]
