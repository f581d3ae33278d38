"""The projection makes margins agree and shifts no cell; what is printed lies within its margin."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.services.releases import consistency, noise
from app.services.releases.consistency import TOLERANCE, project
from app.services.releases.withhold import margin_95, threshold
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
def test_margins_agree(noisy: dict[str, list[int]]) -> None:
    assert _worst_disagreement(SMALL, project(SMALL, noisy, SIGMAS)) <= 10 * TOLERANCE


@settings(max_examples=20, deadline=None)
@given(noisy_tables, noisy_tables)
def test_it_is_linear_so_that_noise_without_bias_stays_without_bias(
    first: dict[str, list[int]], second: dict[str, list[int]]
) -> None:
    both = {name: [a - b for a, b in zip(first[name], second[name], strict=True)] for name in first}
    one, other, difference = (project(SMALL, noisy, SIGMAS) for noisy in (first, second, both))
    for name, values in difference.items():
        expected = [a - b for a, b in zip(one[name], other[name], strict=True)]
        assert values == pytest.approx(expected, abs=1e-4)


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


WORKLOAD = workload_v1()
WIDTHS = {name: noise.calibrate(share).sigma for name, share in WORKLOAD.shares(0.25).items()}
WEIGHTS = {
    "departamento": {"15": 40, "17": 15, "08": 12, "16": 9, "25": 6, "SIN_DATO": 2},
    "sexo": {"MUJER": 84, "HOMBRE": 15, "NO_IDENTIFICADO": 1},
    "grupo_edad": {"12-17": 40, "18-29": 33, "30-59": 17, "6-11": 5, "NO_IDENTIFICADA": 1},
    "finalidad": {"EXPLOTACION_SEXUAL": 55, "EXPLOTACION_LABORAL": 20, "TRABAJO_FORZOSO": 9, "MENDICIDAD": 4},
}
"""What stands out of each dimension; every other code has a weight of one."""


def _counts(persons: int) -> dict[str, list[int]]:
    """Exact tables of a made-up year, the same each time."""
    draws = random.Random(persons)
    people = Counter(
        tuple(
            draws.choices(codes := WORKLOAD.dimensions[name].codes, [weights.get(c, 1) for c in codes])[0]
            for name, weights in WEIGHTS.items()
        )
        for _ in range(persons)
    )
    parents = WORKLOAD.dimensions["grupo_edad"].parents or {}
    groups = [(dict(zip(WEIGHTS, codes, strict=True)), count) for codes, count in people.items()]
    return WORKLOAD.count(
        [({**codes, "mayoria_edad": parents[codes["grupo_edad"]]}, count) for codes, count in groups]
    )


def _linear() -> NDArray[np.float64]:
    """The projection as one matrix: its answer to each cell alone."""
    sizes = {table.name: len(WORKLOAD.cells(table)) for table in WORKLOAD.tables}
    variances = np.concatenate([np.full(size, WIDTHS[name] ** 2) for name, size in sizes.items()])
    margins = consistency._margins(WORKLOAD)
    matrix: NDArray[np.float64] = (
        np.eye(len(variances)) - consistency._correction(margins, variances) @ margins
    )
    return matrix


def _drawn(exact: dict[str, list[int]], seed: int) -> dict[str, list[int]]:
    """The tables with normal noise of a fixed seed, in whole persons."""
    chance = np.random.default_rng(seed)
    return {
        name: [int(v) for v in np.asarray(counts) + np.rint(chance.normal(0, WIDTHS[name], len(counts)))]
        for name, counts in exact.items()
    }


def test_no_cell_of_a_sparse_table_is_pulled_down() -> None:
    """Clipping empty cells while the margins hold took two persons from each printed cell of table T3."""
    exact = _counts(263)
    large = [n for n, count in enumerate(exact["T3"]) if count >= 20]
    errors = [
        values["T3"][n] - exact["T3"][n]
        for values in (project(WORKLOAD, _drawn(exact, seed), WIDTHS) for seed in range(12))
        for n in large
    ]
    assert len(errors) >= 36
    assert abs(sum(errors) / len(errors)) < 4 * WIDTHS["T3"] / len(errors) ** 0.5
    assert abs(sum(errors) / len(errors)) < 1.5


@pytest.mark.parametrize("persons", [120, 263, 672, 3199])
def test_what_is_printed_lies_within_its_margin(persons: int) -> None:
    """Over two thousand draws of a fixed seed, with the projection as a matrix, since it is linear."""
    exact = _counts(persons)
    truth = np.concatenate([exact[table.name] for table in WORKLOAD.tables])
    tables = np.concatenate([[name] * len(counts) for name, counts in exact.items()])
    sigmas = np.array([WIDTHS[name] for name in tables])
    draws = np.rint(np.random.default_rng(persons).normal(size=(2000, len(truth))) * sigmas)
    values = (truth + draws) @ _linear().T
    once = project(WORKLOAD, {n: list((truth + draws[0])[tables == n]) for n in exact}, WIDTHS)
    assert np.concatenate([once[n] for n in exact]) == pytest.approx(values[0], abs=1e-4)

    printed = values >= np.array([threshold(sigma) for sigma in sigmas])
    errors = np.rint(values) - truth
    within = np.abs(errors) <= np.array([margin_95(sigma) for sigma in sigmas])
    assert within[printed].mean() >= 0.945
    if persons > 200:
        for name in exact:
            assert within[:, tables == name][printed[:, tables == name]].mean() >= 0.93, name
    always = truth >= 3 * np.array([threshold(sigma) for sigma in sigmas])
    assert always.sum() >= 2
    assert abs(errors[:, always].mean()) < 0.1
