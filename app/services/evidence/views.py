"""What is told of the files of plans and the signed papers of consents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import FileState

Withdrawal = Annotated[str, Field(json_schema_extra={"x-code-list": "evidence_withdrawal"})]


class FileCodes(TypedDict):
    """A file as it is listed: codes, sizes and times."""

    code: str
    kind: Annotated[str, Field(json_schema_extra={"x-code-list": "evidence_kind"})]
    kind_label: str
    media_type: str
    bytes: int
    state: Annotated[str, FileState]
    state_label: str
    added_at: datetime
    withdrawn_at: datetime | None
    withdrawal_reason: Withdrawal | None
    withdrawal_label: str | None
    version: int


class EvidenceFileView(FileCodes):
    """A file of a plan, or of one of its activities."""

    activity: str | None
    unit: UnitView


class ScanView(FileCodes):
    """The signed paper of a consent."""

    unit: UnitView


class FileWithdrawnView(TypedDict):
    """A file that is shown to nobody any more."""

    code: str
    state: Annotated[str, FileState]
    version: int


class PlanFiles(TypedDict):
    """Files of a plan; whether the reader's unit answers for it, and may still add some."""

    code: str
    own: bool
    open: bool
    files: list[EvidenceFileView]


class ConsentFiles(TypedDict):
    """Signed papers of a consent."""

    code: str
    files: list[ScanView]


class CasePapers(TypedDict):
    """Files of a case, by plan and by consent."""

    plans: list[PlanFiles]
    consents: list[ConsentFiles]
