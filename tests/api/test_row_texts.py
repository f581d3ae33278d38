"""What people wrote of a row is told field by field as the row declares it, in the views of its slice."""

from __future__ import annotations

import pytest
from typing_extensions import TypedDict

from app.records.base import Row
from app.records.rows.consents import ConsentRow, DataRequestRow, ObjectionRow
from app.records.rows.proceedings import CaseProceeding, ProtectionMeasure, ProtectionStep
from app.records.rows.shelters import Admission, Leave, Site, Suitability
from app.services.consents.views import ConsentTexts, ObjectionTexts
from app.services.data_requests.views import DataRequestTexts
from app.services.proceedings.views import LinkView, MeasureView, ProtectionStepTexts
from app.services.shelters.views import AdmissionTexts, LeaveTexts, SiteView, SuitabilityTexts

SEALED = [
    (SiteView, Site),
    (AdmissionTexts, Admission),
    (LeaveTexts, Leave),
    (SuitabilityTexts, Suitability),
    (ConsentTexts, ConsentRow),
    (ObjectionTexts, ObjectionRow),
    (DataRequestTexts, DataRequestRow),
]
"""Views of what is sealed of a row."""
WHOLE = [(LinkView, CaseProceeding), (MeasureView, ProtectionMeasure), (ProtectionStepTexts, ProtectionStep)]
"""Views of a row with its clear columns."""
BESIDES = {DataRequestTexts: {"answer"}}
"""What is sealed beside what the person wrote."""


class Forgetful(TypedDict, total=False):
    """A view that leaves out the address of a site."""

    ubigeo: str
    phone: str
    access_instructions: str


def forgotten(view: type, names: set[str]) -> set[str]:
    """Fields that a view does not tell of."""
    return names - set(view.__annotations__)


@pytest.mark.parametrize(("view", "row"), SEALED)
def test_what_is_sealed_is_told_and_nothing_else(view: type, row: type[Row]) -> None:
    names = row.model_fields.keys() - row.clear
    assert forgotten(view, names) == set()
    assert set(view.__annotations__) - names == BESIDES.get(view, set())


@pytest.mark.parametrize(("view", "row"), WHOLE)
def test_every_field_of_a_row_is_told(view: type, row: type[Row]) -> None:
    assert forgotten(view, set(row.model_fields)) == set()


def test_a_field_that_is_not_told_is_found() -> None:
    assert forgotten(Forgetful, set(Site.model_fields)) == {"address"}
