"""What every benchmark shares: its arguments, and the JSON line that each figure ends as."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NoReturn

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # so that `python benchmarks/NAME.py` finds `app` in any environment

Unit = Literal["ratio", "f1", "seconds", "count"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside what it is compared with and what it must reach."""

    name: str
    value: float
    unit: Unit
    baseline: str
    target: float
    holds: bool


def at_least(name: str, value: float, unit: Unit, *, baseline: str, target: float) -> Figure:
    """A figure that holds when the value reaches the target."""
    return Figure(name, _rounded(value), unit, baseline, target, value >= target)


def at_most(name: str, value: float, unit: Unit, *, baseline: str, target: float) -> Figure:
    """A figure that holds while the value does not pass the target."""
    return Figure(name, _rounded(value), unit, baseline, target, value <= target)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def is_quick(description: str, argv: Sequence[str] | None = None) -> bool:
    """Read the command line, whose one option is `--quick`: a smaller run that ends within 50 s."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="medición breve (menos de 50 s)")
    return bool(parser.parse_args(argv).quick)


def note(text: str) -> None:
    """A remark for the person watching, on stderr: stdout ends with the figures."""
    print(text, file=sys.stderr, flush=True)


def finish(figures: Iterable[Figure]) -> NoReturn:
    """Print one JSON line a figure and end: 0 when all hold, 1 when one does not."""
    done = list(figures)
    for figure in done:
        print(json.dumps(asdict(figure), ensure_ascii=False), flush=True)
    sys.exit(0 if all(figure.holds for figure in done) else 1)


def needs(package: str) -> NoReturn:
    """End with 2: the benchmark compares with a package that is not installed."""
    note(f"Falta {package}, que solo se usa para comparar; instálelo con «make bench» o con")
    note("  .venv/bin/python -m pip install --require-hashes -r requirements/bench.txt")
    sys.exit(2)
