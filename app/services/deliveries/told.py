"""The services a person received among all that is held of her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.access.act import Act
from app.services.deliveries.queries import of_case
from app.services.deliveries.views import DeliveryView
from app.services.rows.kinds import Kind
from app.services.rows.telling import Shape


def _all(act: Act, case: str) -> Iterator[DeliveryView]:
    page = of_case(act, case)
    yield from page["items"]
    while page["next"] is not None:
        page = of_case(act, case, cursor=page["next"])
        yield from page["items"]


_DELIVERY: Final = Shape("service_delivery", "* unit/name void_reason")
KINDS: Final = (Kind("servicios", "Servicios recibidos", _all, _DELIVERY),)
