"""The words of consents, objections and requests are told as their rows declare them."""

import pytest

from app.records.base import Row
from app.records.rows.consents import ConsentRow, DataRequestRow, ObjectionRow
from app.services.consents.views import ConsentTexts, ObjectionTexts
from app.services.data_requests.views import DataRequestTexts


@pytest.mark.parametrize(
    ("view", "row", "besides"),
    [
        (ConsentTexts, ConsentRow, set()),
        (ObjectionTexts, ObjectionRow, set()),
        (DataRequestTexts, DataRequestRow, {"answer"}),
    ],
)
def test_words_are_those_of_their_row(view: type, row: type[Row], besides: set[str]) -> None:
    assert set(view.__annotations__) - besides == row.model_fields.keys() - row.clear
