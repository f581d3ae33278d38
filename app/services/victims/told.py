"""A person's registered relatives among all that is held of her, without name or code."""

from typing import Final

from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape
from app.services.victims.family import family

_RELATIVE: Final = Shape("family_link", "relation_label lives_with since")
KINDS: Final = (Kind("familia", "Familiares registrados", family, _RELATIVE, "person"),)
