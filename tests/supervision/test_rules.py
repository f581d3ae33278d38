"""Who takes which case over: without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actor import Actor
from app.errors import Forbidden
from app.services.supervision import rules

SHE = Actor(user_id=7, username="ana", unit_id=3, institution_id=2, role="cem_officer", unit_wide=True)


def test_only_who_sees_all_of_the_unit_supervises() -> None:
    rules.supervising(SHE)
    with pytest.raises(Forbidden):
        rules.supervising(replace(SHE, unit_wide=False))


@pytest.mark.parametrize(
    ("cases", "loads", "teams", "taken"),
    [
        ([], {1: 0}, {}, {}),
        ([10, 11, 12], {1: 2, 2: 0}, {}, {10: 2, 11: 2, 12: 1}),
        ([10, 11], {2: 0, 1: 0}, {}, {10: 1, 11: 2}),
        ([10, 11], {1: 0, 2: 5}, {10: [2]}, {10: 2, 11: 1}),
        ([10, 11, 12], {1: 0, 2: 1, 3: 1}, {10: [3, 2]}, {10: 2, 11: 1, 12: 1}),
        ([10], {1: 3, 2: 1}, {10: [9]}, {10: 2}),
        ([10], {1: 3, 2: 1, 3: 0}, {10: [1, 2, 9]}, {10: 2}),
    ],
)
def test_cases_go_to_who_has_fewest_unless_somebody_has_them_already(
    cases: list[int], loads: dict[int, int], teams: dict[int, list[int]], taken: dict[int, int]
) -> None:
    assert rules.shared_out(cases, loads, teams) == taken
