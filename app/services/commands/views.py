"""What is told of what two people decide."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import CommandKind, CommandState

CommandStep = Literal["withdraw", "approve", "refuse"]


class CaseSubject(TypedDict):
    """The case that would end; null where it is out of sight."""

    case: str | None
    victim: str | None


class MergeSubject(TypedDict):
    """The two records that would be one, null where out of sight."""

    keep: str | None
    absorb: str | None


class SplitSubject(TypedDict):
    """The record that would be taken out again; null where it is out of sight."""

    code: str | None
    record: str | None


class CommandView(TypedDict):
    """What was asked, by which unit and until when, and what its reader may do about it."""

    code: str
    kind: Annotated[str, CommandKind]
    kind_label: str
    subject: CaseSubject | MergeSubject | SplitSubject
    reason: str
    reason_label: str
    warnings: list[str]
    state: Annotated[str, CommandState]
    state_label: str
    requested_at: datetime
    requested_by_unit: UnitView
    expires_at: datetime
    decided_at: datetime | None
    decided_by_unit: UnitView | None
    refusal_reason: Annotated[str | None, Field(json_schema_extra={"x-code-list": "command_refusal"})]
    refusal_label: str | None
    same_institution: bool | None
    possible: list[CommandStep]
    version: int


class CommandAskedView(TypedDict):
    """What was asked for and waits for a second person, by its code."""

    command: str


class CommandDoneView(TypedDict):
    """What became of a command."""

    code: str
    state: Annotated[str, CommandState]
    state_label: str
    version: int


class CommandDecidedView(CommandDoneView):
    """What the second person decided."""

    same_institution: bool
