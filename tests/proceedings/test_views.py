"""What is written of proceedings, measures and steps is told as its row declares it."""

import pytest

from app.records.base import Row
from app.records.rows.proceedings import CaseProceeding, ProtectionMeasure, ProtectionStep
from app.services.proceedings.views import LinkView, MeasureTexts, ProtectionStepTexts


@pytest.mark.parametrize(
    ("view", "row", "always"),
    [
        (LinkView, CaseProceeding, set()),
        (MeasureTexts, ProtectionMeasure, {"type", "since"}),
        (ProtectionStepTexts, ProtectionStep, set()),
    ],
)
def test_what_is_written_is_that_of_its_row(view: type, row: type[Row], always: set[str]) -> None:
    assert set(view.__annotations__) == row.model_fields.keys() - always
