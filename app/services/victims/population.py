"""Whom a role may see at all: UPE children and adolescents, consulates foreigners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access.actor import Actor
from app.access.policy import POPULATION_BITS, policy

_ADULT = 18
ONLY_CHILDREN = "Su unidad atiende solo niñas, niños y adolescentes."
_ONLY_FOREIGN = "Su unidad atiende solo personas extranjeras o en el exterior: indique nacionalidad o país."


def out_of_population(actor: Actor, identity: Mapping[str, Any], legal: Mapping[str, Any]) -> str | None:
    """Why a person with these data would be out of the actor's sight, in Spanish; None if she would not be.

    An age that is not known counts as a child's.
    """
    needed = policy().population(actor.role)
    age = identity.get("age_min", identity.get("age_years"))  # the lower bound counts, as in the database
    if needed == POPULATION_BITS["nna"] and age is not None and age >= _ADULT:
        return ONLY_CHILDREN
    foreign = identity.get("nationality", "PE") != "PE" or legal.get("country_of_exploitation", "PE") != "PE"
    return _ONLY_FOREIGN if needed == POPULATION_BITS["foreign"] and not foreign else None
