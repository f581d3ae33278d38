"""What is told of a service delivery."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from typing_extensions import TypedDict

from app.services.views import UnitView
from app.states import Attendance, DeliveryState


class DeliveryCodes(TypedDict):
    """The clear columns of a delivery, with what their codes are called."""

    service_type: str
    service_label: str
    delivered_on: date
    attendance: Annotated[str, Attendance]
    attendance_label: str
    hours: int | None
    quantity: int | None
    state: Annotated[str, DeliveryState]
    void_reason: str | None
    created_at: datetime
    version: int


class DeliveryView(DeliveryCodes):
    """A service that was given, or to which she did not come."""

    code: str
    unit: UnitView
    own: bool
    referral: str | None
    activity: str | None
    note: str | None


class VoidedView(TypedDict):
    """A delivery that does not count any more."""

    code: str
    state: Annotated[str, DeliveryState]
    version: int


class ActivityChoice(TypedDict):
    """An activity of the own unit that a delivery may belong to: no words of it."""

    code: str
    service: str | None
