"""The projection makes margins agree, leaves nothing negative, and does not shift the national total."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.services.releases import noise
from app.services.releases.consistency import TOLERANCE, project
from app.services.releases.withhold import margin_95
from app.services.releases.workload import Dimension, Table, Workload, workload_v1

SMALL = Workload(
    "prueba",
    "0" * 64,
    {
        "zona": Dimension("zona", "Zona", {"a": "A", "b": "B", "c": "C"}),
        "nivel": Dimension("nivel", "Nivel", {"alto": "Alto", "bajo": "Bajo"}),
        "grado": Dimension(
            "grado", "Grado", {"1": "1", "2": "2", "3": "3"}, "nivel", {"1": "bajo", "2": "bajo", "3": "alto"}
        ),
    },
    (
        Table("A", "Total", (), 1),
        Table("B", "Zona", ("zona",), 1),
        Table("C", "Zona y grado", ("zona", "grado"), 2),
        Table("D", "Nivel", ("nivel",), 1),
    ),
)
SIGMAS = {"A": 4.0, "B": 3.0, "C": 2.5, "D": 4.0}
cells = st.integers(-30, 400)
noisy_tables = st.fixed_dictionaries(
    {
        t.name: st.lists(cells, min_size=len(SMALL.cells(t)), max_size=len(SMALL.cells(t)))
        for t in SMALL.tables
    }
)


def _worst_disagreement(workload: Workload, tables: dict[str, list[float]]) -> float:
    worst = 0.0
    for first, second in combinations(workload.tables, 2):
        shared = workload.shared(first, second)
        sums: dict[tuple[str, ...], float] = {}
        for sign, table in ((1, first), (-1, second)):
            for cell, value in zip(workload.cells(table), tables[table.name], strict=True):
                key = workload.coarsen(table, cell, shared)
                sums[key] = sums.get(key, 0.0) + sign * value
        worst = max(worst, *(abs(value) for value in sums.values()))
    return worst


@settings(max_examples=60, deadline=None)
@given(noisy_tables)
def test_margins_agree_and_nothing_is_negative(noisy: dict[str, list[int]]) -> None:
    out = project(SMALL, noisy, SIGMAS)
    assert _worst_disagreement(SMALL, out) <= 10 * TOLERANCE
    assert min(value for values in out.values() for value in values) >= 0


@settings(max_examples=40, deadline=None)
@given(noisy_tables)
def test_a_second_projection_changes_nothing(noisy: dict[str, list[int]]) -> None:
    once = project(SMALL, noisy, SIGMAS)
    twice = project(SMALL, once, SIGMAS)
    for name, values in once.items():
        assert twice[name] == pytest.approx(values, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 90), min_size=9, max_size=9))
def test_consistent_tables_stay_as_they_are(grades: list[int]) -> None:
    zones = [sum(grades[3 * n : 3 * n + 3]) for n in range(3)]
    low = sum(g for n, g in enumerate(grades) if n % 3 < 2)
    exact: dict[str, list[int]] = {"A": [sum(grades)], "B": zones, "C": grades, "D": [sum(grades) - low, low]}
    out = project(SMALL, exact, SIGMAS)
    for name, values in exact.items():
        assert out[name] == pytest.approx(values, abs=1e-4)


def test_clipping_empty_cells_does_not_lift_the_national_total() -> None:
    """Three hundred persons in few cells: a plain projection adds six persons to the total on average."""
    workload = workload_v1()
    widths = {name: noise.calibrate(share) for name, share in workload.shares(0.25).items()}
    codes = {
        "departamento": "17", "sexo": "MUJER", "finalidad": "EXPLOTACION_SEXUAL",
        "grupo_edad": "18-29", "mayoria_edad": "ADULTA",
    }  # fmt: skip
    counts = workload.count([(codes, 300)])
    sigmas = {name: width.sigma for name, width in widths.items()}
    errors = []
    for _ in range(40):
        drawn = {name: noise.draw(exact, widths[name]) for name, exact in counts.items()}
        errors.append(project(workload, drawn, sigmas)["T0"][0] - 300)
    assert abs(sum(errors) / 40) < 5 * sigmas["T0"] / 40**0.5
    assert sum(abs(error) <= margin_95(sigmas["T0"]) for error in errors) >= 32
