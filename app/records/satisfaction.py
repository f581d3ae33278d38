"""Satisfaction with the services."""

from typing import ClassVar

from app.records.base import Compartment


class Satisfaction(Compartment):
    """Has no field on purpose.

    Answers are detached from the person the moment they are stored (no link, no time finer than a month)
    and are reported only as an indicator. The compartment exists so that the policy can say who sees the
    aggregate; anything sent to be stored on a person under it is refused.
    """

    title_es: ClassVar[str] = "Satisfacción"
