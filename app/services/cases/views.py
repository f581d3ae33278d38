"""What is told of a case, of its moves, and of who takes part in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import Basis, CaseState, Identification


class CaseCodes(TypedDict):
    """The clear columns of a case that every reader gets."""

    code: str
    state: Annotated[str, CaseState]
    state_since: datetime
    identification: Annotated[str, Identification]
    first_identified_on: date
    closed_at: datetime | None
    version: int
    victim: str
    state_label: str


class CaseListedView(CaseCodes):
    """A case in a list."""

    last_activity: datetime


class CasePersonView(TypedDict, total=False):
    """What every partial view of the identity shows of the person; what is not known is left out."""

    sex: str
    age_years: int
    nationality: str


class ExploitationView(TypedDict, total=False):
    """The statistical face of what happened; what is not known is left out."""

    main_purpose: str
    purposes: list[str]
    means: list[str]
    acts: list[str]
    recruitment: str
    recruiter_relation: str
    activities: list[str]
    control_methods: list[str]
    department: str
    country_of_exploitation: str
    transnational: str


_CaseMoveOrigin = TypedDict("_CaseMoveOrigin", {"from": Annotated[str, CaseState] | None})


class CaseMoveView(_CaseMoveOrigin):
    """A move of a case along its states; the first one comes from none."""

    to: Annotated[str, CaseState]
    label: str
    reason: str | None
    note: str | None
    broken: bool
    at: datetime
    unit: UnitView


class CasePossibleView(TypedDict):
    """States the case may pass to: by one person, and by two."""

    possible_states: list[Annotated[str, CaseState]]
    possible_with_two: list[Annotated[str, CaseState]]


class CaseView(CaseCodes, CasePossibleView):
    """A case as its reader may see it."""

    identification_label: str
    reference_year: int
    opened_at: datetime
    opened_by_unit: UnitView
    previous_case: str | None
    source: str
    source_label: str | None
    outcome: str | None
    person: CasePersonView | None
    exploitation: ExploitationView | None
    transitions: list[CaseMoveView] | None
    _access: dict[str, str]


class CaseMovedView(TypedDict):
    """A case that was moved."""

    code: str
    state: Annotated[str, CaseState]
    version: int


class IdentifiedView(TypedDict):
    """A case whose identification was changed."""

    code: str
    identification: Annotated[str, Identification]
    label: str
    version: int


class ParticipationView(TypedDict):
    """A unit's part in a case."""

    unit: UnitView
    basis: Annotated[str, Basis]
    basis_label: str
    mandate: str | None
    mandate_label: str | None
    until: str | None
    reason: str | None
    started_at: datetime
    ended_at: datetime | None
    unacknowledged: bool
    broken: bool


class AssignmentView(TypedDict):
    """A colleague's charge of a case."""

    username: str
    started_at: datetime
    self: bool


class JoinedView(TypedDict):
    """A unit that was brought into a case."""

    unit: str


class PartEndedView(TypedDict):
    """A unit's part in a case, or a colleague's charge of it, that ended."""

    ended: Literal[True]


class AssignedView(TypedDict):
    """A colleague who was given charge of a case."""

    assigned: Literal[True]
