"""What is told of notices: codes, and the unit that did what they tell of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import DeadlineView, UnitView


class NoticeView(TypedDict):
    """A notice of a case or of an account; `due`: of the deadline that it tells of, while that runs."""

    code: str
    kind: Annotated[str, Field(json_schema_extra={"x-code-list": "notice"})]
    label: str
    subject: str
    case: str | None
    account: str | None
    clock: Annotated[str | None, Field(json_schema_extra={"x-code-list": "clock"})]
    clock_label: str | None
    created_at: datetime
    read: bool
    mine: bool
    by: UnitView | None
    acknowledge: bool
    urgent: Annotated[
        bool | None, Field(description="Si la derivación de que trata es urgente; nulo si no trata de una")
    ]
    send_again: bool
    due: DeadlineView | None


class NoticeReadView(TypedDict):
    """A notice that was acknowledged."""

    code: str
    read: bool
