"""The unit of writing: what a row says of itself, and what the loser of a race is told."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.access.act import CARE, Act
from app.access.guard import case_in_scope
from app.errors import StaleVersion
from app.models import Base, ServiceDelivery
from app.records.rows import ROWS
from app.services.deliveries.queries import own_delivery
from app.services.deliveries.service import void
from app.services.writing import Writing
from app.states import DeliveryState
from tests.cases.story import registered
from tests.deliveries.test_deliveries import deliver
from tests.factories import World

# Clear fields that their use case writes to a column of another name, or of another table.
ELSEWHERE = {
    ("plan_header", "place_of_execution"), ("plan_header", "execution_country"),
    ("plan_header", "feasibility"), ("plan_header", "starts_on"), ("plan_header", "language"),
    ("plan_header", "interpreter"), ("plan_header", "pti_on"), ("plan_activity", "unit"),
    ("plan_activity", "service"), ("placement", "group"),
}  # fmt: skip


def test_every_clear_field_has_a_column_of_its_name_but_those_known() -> None:
    tables = Base.metadata.tables
    missing = {
        (row.table, name)
        for row in ROWS.values()
        for name in row.clear
        if name not in tables[row.table].columns
    }
    assert missing == ELSEWHERE


def test_the_loser_of_a_race_is_told_the_present_version_and_writes_nothing(world: World) -> None:
    person = registered(world)
    code = deliver(person.client, person.case).json()["code"]

    def late() -> None:
        with world.session(person.officer) as session:
            act = Act(session, CARE)
            ref = case_in_scope(act, person.case)
            found = own_delivery(act, ref, code)
            with world.session(person.officer) as other:  # between the look and the write
                void(Act(other, CARE), person.case, code, 1, "DUPLICADA")
            write = Writing(act, ref, "deliveries.void", ["services"])
            write.change(
                ServiceDelivery, found, {"state": DeliveryState.VOID, "void_reason": "ERROR_REGISTRO"}
            )
            write.done({"delivery": code})

    with pytest.raises(StaleVersion) as lost:
        late()
    assert lost.value.problem()["version"] == 2
    with world.session(person.officer) as session:
        stored = session.execute(
            text("SELECT version, void_reason FROM service_delivery WHERE code = :c"), {"c": code}
        ).one()
    assert tuple(stored) == (2, "DUPLICADA")
