"""Makes the noisy tables of one release agree with each other.

Weighted least squares on the shared margins (weights: the inverse variances of the noise): several tables
that measure the same margin are averaged, and the error goes down. A linear step, so that no cell is biased:
negative values stay until small ones are withheld. Clipping them first, with the margins held, was measured
to take two persons from each printed cell of a table of many empty ones. It looks only at values that
already carry noise, so it costs no privacy.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.services.releases.workload import Table, Workload

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

TOLERANCE = 1e-7
"""Largest disagreement left between two margins, in persons."""


def project(
    workload: Workload, noisy: Mapping[str, Sequence[float]], sigmas: Mapping[str, float]
) -> dict[str, list[float]]:
    """The tables nearest to the noisy ones whose shared margins agree (to `TOLERANCE` persons).

    `noisy` and `sigmas` are by table name; the cells of a table stand in the workload's order. Values may be
    negative: what is small is for `withhold`.
    """
    start = np.concatenate([np.asarray(noisy[t.name], dtype=np.float64) for t in workload.tables])
    variances = np.concatenate([np.full(len(noisy[t.name]), sigmas[t.name] ** 2) for t in workload.tables])
    margins = _margins(workload)
    agreed = start - _correction(margins, variances) @ (margins @ start)
    out: dict[str, list[float]] = {}
    position = 0
    for table in workload.tables:
        size = len(noisy[table.name])
        out[table.name] = [float(value) for value in agreed[position : position + size]]
        position += size
    return out


def _correction(margins: Matrix, variances: Vector) -> Matrix:
    """The matrix that turns the disagreement of margins into the smallest weighted change of the cells."""
    weighted = variances[:, None] * margins.T
    solved: Matrix = weighted @ np.linalg.pinv(margins @ weighted, hermitian=True)
    return solved


def _margins(workload: Workload) -> Matrix:
    """One row for every value of every margin two tables share: sum in the one minus sum in the other."""
    sizes = [len(workload.cells(table)) for table in workload.tables]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    rows: list[Matrix] = [np.zeros((0, int(starts[-1])))]
    for (i, first), (j, second) in combinations(enumerate(workload.tables), 2):
        shared = workload.shared(first, second)
        block = np.zeros((len(workload.margin(shared)), int(starts[-1])))
        block[:, starts[i] : starts[i + 1]] = _sums(workload, first, shared)
        block[:, starts[j] : starts[j + 1]] = -_sums(workload, second, shared)
        rows.append(block)
    return np.vstack(rows)


def _sums(workload: Workload, table: Table, shared: Sequence[str]) -> Matrix:
    """Which cells of a table add up to which value of a margin."""
    index = {key: row for row, key in enumerate(workload.margin(shared))}
    cells = workload.cells(table)
    sums = np.zeros((len(index), len(cells)))
    for column, cell in enumerate(cells):
        sums[index[workload.coarsen(table, cell, shared)], column] = 1.0
    return sums
