"""What a supervisor is told: how the unit stands, what to look at, and who took whose cases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from app.services.shelters.views import PlacesView
from app.services.views import DeadlineView

ReviewKind = Literal[
    "PLAN_POR_REVISAR",
    "PLAZO_VENCIDO",
    "CASO_SIN_MOVIMIENTO",
    "DERIVACION_POR_RESPONDER",
    "DERIVACION_SIN_RESPUESTA",
    "PEDIDO_SIN_RESPUESTA",
    "PEDIDO_POR_DECIDIR",
    "AVISO_SIN_ACUSE",
]
Counted = Literal["personas", "casos", "actividades", "derivaciones", "planes", "cupos"]


class ReviewDueView(DeadlineView):
    """Something of the unit to look at, and who has charge of it."""

    kind: ReviewKind
    kind_label: str
    deadline: Annotated[str | None, Field(json_schema_extra={"x-code-list": "clock"})]
    deadline_label: str | None
    notice_label: str | None
    code: str
    case: str | None
    victim: str | None
    overdue: bool
    in_charge: list[str]


class CountView(TypedDict):
    """A number, and of what it is."""

    count: int
    unit_of_count: Counted


class StateCountView(TypedDict):
    """How many are in a state."""

    state: str
    label: str
    count: int


class TallyView(CountView):
    """A number, and how it divides by states; those that nobody is in are left out."""

    by_state: list[StateCountView]


class ReferralTallyView(TallyView):
    """Referrals of one side, and how long half of the answers took at most."""

    median_answer_hours: float | None


class ReferralSidesView(TypedDict):
    """Referrals that the unit sent, and those that it received."""

    sent: ReferralTallyView
    received: ReferralTallyView


class WorkloadView(TypedDict):
    """What a colleague has in charge."""

    username: str
    active: bool
    open_cases: CountView
    overdue_activities: CountView


class ActivityCountsView(TypedDict):
    """Activities of the unit that are not over."""

    open: CountView
    due_this_week: CountView
    overdue: CountView


class QualityScoreView(CountView):
    """How good the data of the unit's cases are, 0 to 1."""

    score: float | None


class FreePlacesView(CountView):
    """Places of the own shelter that are free."""

    total: int
    by_group: list[PlacesView]


class PlanFigures(TypedDict, total=False):
    """Of who reads plans."""

    activities: Annotated[ActivityCountsView, Field(description="Actividades de la unidad que no terminaron")]
    plans: TallyView
    reviews_due: CountView


class ReferralFigures(TypedDict, total=False):
    """Of who reads referrals."""

    referrals: ReferralSidesView


class HousingFigures(TypedDict, total=False):
    """Of a unit that is a shelter."""

    placements: CountView
    vacancies: FreePlacesView


class UnitFiguresView(PlanFigures, ReferralFigures, HousingFigures):
    """How the unit stands; what the role does not read, or the unit does not do, is left out."""

    as_of: datetime
    persons: CountView
    cases: TallyView
    workload: list[WorkloadView]
    quality: QualityScoreView


class TakerView(TypedDict):
    """Who takes which cases."""

    username: str
    cases: list[str]


_Leaver = TypedDict("_Leaver", {"from": str})


class ReassignmentView(_Leaver):
    """Who takes over whose cases; `plans`: how many living plans went with them, none before it is done."""

    unit_of_count: Literal["casos"]
    moved: int
    plans: int | None
    to: list[TakerView]
