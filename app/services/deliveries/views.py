"""What is told of a service delivery."""

from __future__ import annotations

from datetime import date, datetime

from typing_extensions import TypedDict

from app.services.views import UnitView


class DeliveryCodes(TypedDict):
    """The clear columns of a delivery, with what their codes are called."""

    service_type: str
    service_label: str
    delivered_on: date
    attendance: str
    attendance_label: str
    hours: int | None
    quantity: int | None
    state: str
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
    state: str
    version: int


class ActivityChoice(TypedDict):
    """An activity of the own unit that a delivery may belong to: no words of it."""

    code: str
    service: str | None
