"""`python -m tests.floors REPORT`: whether each part of the product is covered as far as pyproject.toml asks.

REPORT is what `coverage json` wrote. Lines and branches count alike.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
COUNTED = ("num_statements", "num_branches")
COVERED = ("covered_lines", "covered_branches")


def floors() -> dict[str, float]:
    """Pattern of a part's files -> the least of it that must be covered, in percent."""
    read: dict[str, float] = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["ruv"]["coverage"]
    return read


def covered(report: Mapping[str, Any], pattern: str) -> float | None:
    """Percent of the lines and branches of the files that fit the pattern; None where there is none."""
    files = [file["summary"] for path, file in report["files"].items() if fnmatch(path, pattern)]
    whole = sum(file[name] for file in files for name in COUNTED)
    return 100 * sum(file[name] for file in files for name in COVERED) / whole if whole else None


def below(report: Mapping[str, Any], asked: Mapping[str, float]) -> list[str]:
    """Parts that are covered less than asked, or that are no more."""
    found = {pattern: covered(report, pattern) for pattern in asked}
    return [
        f"{pattern}: {'no such file' if percent is None else f'{percent:.2f} %'}, not {asked[pattern]:.2f} %"
        for pattern, percent in found.items()
        if percent is None or percent < asked[pattern]
    ]


def main() -> None:
    """Print every part; end with 1 when one is below its floor."""
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for pattern, floor in floors().items():
        print(f"{covered(report, pattern) or 0:6.2f} %  (at least {floor:.2f} %)  {pattern}")  # noqa: T201
    if wrong := below(report, floors()):
        sys.exit("\n".join(["", "Below the floor:", *wrong]))


if __name__ == "__main__":
    main()
