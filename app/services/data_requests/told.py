"""A person's requests about her data among all that is held of her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.models import DataRequest
from app.services.data_requests.queries import read
from app.services.data_requests.views import DataRequestStepsView, DataRequestView
from app.services.rows.kinds import Kind, person_of
from app.services.rows.telling import Shape


def _all(act: Act, victim: str) -> Iterator[DataRequestView | DataRequestStepsView]:
    query = select(DataRequest.code).where(DataRequest.victim_id == person_of(victim))
    for code in act.session.scalars(query.order_by(DataRequest.recorded_at, DataRequest.id)).all():
        yield read(act, code)


_REQUEST: Final = Shape("data_request", "code kind_label received_on state_label request answer")
_STEPS: Final = ("data_request_event",)
KINDS: Final = (Kind("solicitudes", "Solicitudes sobre sus datos", _all, _REQUEST, "person", also=_STEPS),)
