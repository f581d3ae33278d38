"""The texts of stays and of sites are told as their rows declare them."""

import pytest

from app.records.base import Row
from app.records.rows.shelters import Admission, Leave, Site, Suitability
from app.services.shelters.views import AdmissionTexts, LeaveTexts, SiteView, SuitabilityTexts


@pytest.mark.parametrize(
    ("view", "row"),
    [(AdmissionTexts, Admission), (LeaveTexts, Leave), (SuitabilityTexts, Suitability), (SiteView, Site)],
)
def test_texts_are_those_of_their_row(view: type, row: type[Row]) -> None:
    assert set(view.__annotations__) == row.model_fields.keys() - row.clear
