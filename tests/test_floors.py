"""The floors of what tests cover: of files that are there, and one that is missed is named."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

from tests.floors import PROJECT, below, covered, floors


def summary(lines: int, branches: int, *, of: tuple[int, int] = (80, 20)) -> dict[str, Any]:
    """What a report says of one file."""
    names = {"covered_lines": lines, "covered_branches": branches}
    return {"summary": {**names, "num_statements": of[0], "num_branches": of[1]}}


REPORT = {
    "files": {
        "app/a/rules.py": summary(80, 20),
        "app/b/rules.py": summary(80, 10),
        "app/b/empty.py": summary(0, 0, of=(0, 0)),
    }
}


def test_lines_and_branches_count_alike() -> None:
    assert covered(REPORT, "app/a/*") == 100
    assert covered(REPORT, "app/b/rules.py") == 90
    assert covered(REPORT, "app/*/rules.py") == 95
    assert covered(REPORT, "app/b/empty.py") is covered(REPORT, "app/c/*") is None


def test_a_part_below_its_floor_and_one_that_is_gone_are_named() -> None:
    assert below(REPORT, {"app/a/*": 100, "app/b/rules.py": 90}) == []
    asked = {"app/a/*": 100, "app/b/rules.py": 90.01, "app/c/*": 1}
    assert below(REPORT, asked) == [
        "app/b/rules.py: 90.00 %, not 90.01 %",
        "app/c/*: no such file, not 1.00 %",
    ]


def test_every_floor_is_of_a_file_of_the_product() -> None:
    files = [str(path.relative_to(PROJECT.parent)) for path in (PROJECT.parent / "app").rglob("*.py")]
    assert [pattern for pattern in floors() if not any(fnmatch(file, pattern) for file in files)] == []
    assert floors()["app/access/policy.py"] == 100
