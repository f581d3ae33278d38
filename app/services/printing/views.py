"""What is told of a printed document to who asks whether it is genuine."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from typing_extensions import TypedDict

from app.states import PaperKind


class GenuineView(TypedDict):
    """A paper that the register printed; never of whom."""

    genuine: Literal[True]
    message: str
    kind: Annotated[str, PaperKind]
    kind_label: str
    printed_on: date


class NotGenuineView(TypedDict):
    """A code and a hash that belong to no paper."""

    genuine: Literal[False]
    message: str


Verification = GenuineView | NotGenuineView
"""Whether a paper is genuine."""
