"""The units that take part in a person's cases among all that is held of her."""

from typing import Final

from app.services.participations.teams import participations
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape

_PART: Final = Shape("participation", "unit/name basis_label started_at ended_at")
KINDS: Final = (Kind("unidades", "Unidades que participan en sus casos", participations, _PART),)
