"""Noise is what is charged, and an audit that knows nothing of its making can tell when it is not."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.services.releases import noise
from app.services.releases.ledger import BUDGET, CAP, DELTA
from app.services.releases.noise import Calibration
from app.services.releases.noise_audit import audit_noise
from app.services.releases.workload import workload_v1

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("budget", sorted(BUDGET.values()))
def test_charges_of_the_map_add_up_to_the_budget(budget: float) -> None:
    charges = [noise.calibrate(share).rho for share in workload_v1().shares(budget).values()]
    assert sum(charges) == pytest.approx(budget, abs=1e-9)
    assert sum(charges) <= budget


def test_shares_follow_the_weights_of_the_drawn_tables_alone() -> None:
    shares = workload_v1().shares(0.25)
    assert shares["T4"] == pytest.approx(0.25 * 3 / 9)
    assert shares["T1"] == pytest.approx(2 * shares["T0"])


def test_epsilon_is_the_published_one() -> None:
    assert noise.epsilon(0.25, DELTA) == pytest.approx(3.54, abs=0.01)
    assert noise.epsilon(float(CAP), DELTA) == pytest.approx(5.22, abs=0.01)


def test_noise_is_fresh_whole_and_around_the_count() -> None:
    width = noise.calibrate(0.05)
    first, second = noise.draw([100] * 200, width), noise.draw([100] * 200, width)
    assert first != second
    assert all(type(value) is int for value in first)
    assert abs(sum(first) / 200 - 100) < 5 * width.sigma / 200**0.5


@pytest.mark.parametrize("share", [0.0, -0.1, float("nan"), float("inf")])
def test_a_share_is_a_positive_number(share: float) -> None:
    with pytest.raises(ValueError):
        noise.calibrate(share)


def _widths() -> dict[str, Calibration]:
    return {name: noise.calibrate(share) for name, share in workload_v1().shares(0.25).items()}


def test_audit_passes_the_real_noise() -> None:
    assert audit_noise(noise.draw, _widths()) == []


@pytest.mark.parametrize("factor", [0.5, 0.8])
def test_audit_finds_too_little_noise(factor: float) -> None:
    def planted(counts: Sequence[int], width: Calibration) -> list[int]:
        return noise.draw(counts, Calibration(width.rho, width.sigma * factor))

    problems = audit_noise(planted, _widths())
    assert len({problem.partition(":")[0] for problem in problems}) == 5


def test_audit_finds_a_shift_no_noise_and_fractions() -> None:
    def shifted(counts: Sequence[int], width: Calibration) -> list[int]:
        return [value + 1 for value in noise.draw(counts, width)]

    def none(counts: Sequence[int], width: Calibration) -> list[int]:
        return list(counts)

    def fractional(counts: Sequence[int], width: Calibration) -> list[int]:
        return [value + 0.0 for value in noise.draw(counts, width)]  # type: ignore[misc]

    for planted in (shifted, none, fractional):
        assert audit_noise(planted, _widths())


def test_one_module_imports_the_library_and_none_draws_otherwise() -> None:
    importers, others = set(), set()
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            importers |= {file.name for name in names if name.split(".")[0] == "opendp"}
            if "releases" in file.parts:
                others |= {name for name in names if name.split(".")[0] == "random"}
    assert importers == {"noise.py"}
    assert others == set()
    assert "random" not in (ROOT / "app/services/releases/consistency.py").read_text(encoding="utf-8")


def test_the_web_service_loads_neither_numpy_nor_the_library() -> None:
    heavy = "'numpy' in sys.modules or 'opendp' in sys.modules"
    code = f"import sys, app.api.releases, app.api.indicators; sys.exit({heavy})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
