"""The words of consents and objections are told as their rows declare them."""

import pytest

from app.records.base import Row
from app.records.rows.consents import ConsentRow, ObjectionRow
from app.services.consents.views import ConsentTexts, ObjectionTexts


@pytest.mark.parametrize(("view", "row"), [(ConsentTexts, ConsentRow), (ObjectionTexts, ObjectionRow)])
def test_words_are_those_of_their_row(view: type, row: type[Row]) -> None:
    assert set(view.__annotations__) == row.model_fields.keys() - row.clear
