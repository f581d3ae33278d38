"""The cases of a person and their moves among all that is held of her."""

from typing import Final

from app.services.cases.queries import read
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape

_CASE: Final = Shape(
    "trafficking_case", "code state_label state_since identification_label first_identified_on"
)
_MOVE: Final = Shape("case_transition", "of/code label at unit/name note")
KINDS: Final = (
    Kind("casos", "Casos", read, _CASE),
    Kind("pasos", "Pasos de sus casos", read, _MOVE, path="transitions"),
)
