"""Makes the noisy tables of one release agree with each other, and takes away negative cells.

Weighted least squares on the shared margins (weights: the inverse variances of the noise): several tables
that measure the same margin are averaged, and the error goes down. Then Dykstra's alternating projections
with the non-negative orthant, holding the total of the first step: clipping many empty cells would otherwise
lift it (measured: 6 persons at 300 a year, outside its margin in a third of the draws). All of it looks only
at values that already carry noise, so it costs no privacy.
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
_STEPS = 200_000


def project(
    workload: Workload, noisy: Mapping[str, Sequence[float]], sigmas: Mapping[str, float]
) -> dict[str, list[float]]:
    """Non-negative tables near the noisy ones whose shared margins agree (to `TOLERANCE` persons).

    `noisy` and `sigmas` are by table name; the cells of a table stand in the workload's order.

    Raises:
        ArithmeticError: the projections did not settle.
    """
    start = np.concatenate([np.asarray(noisy[t.name], dtype=np.float64) for t in workload.tables])
    variances = np.concatenate([np.full(len(noisy[t.name]), sigmas[t.name] ** 2) for t in workload.tables])
    margins = _margins(workload)
    agreed = start - _correction(margins, variances) @ (margins @ start)
    totals = _totals(workload)
    rows = np.vstack([margins, totals])
    held = np.concatenate([np.zeros(len(margins)), np.maximum(totals @ agreed, 0.0)])
    settled = _dykstra(agreed, rows, held, _correction(rows, variances))
    out: dict[str, list[float]] = {}
    position = 0
    for table in workload.tables:
        size = len(noisy[table.name])
        out[table.name] = [float(value) for value in settled[position : position + size]]
        position += size
    return out


def _dykstra(start: Vector, rows: Matrix, held: Vector, correction: Matrix) -> Vector:
    """Projection on {rows @ x = held} and {x >= 0}; only the second needs the correction term of Dykstra."""
    current, carried = start, np.zeros_like(start)
    for _ in range(_STEPS):
        agreed = current - correction @ (rows @ current - held)
        raised = agreed + carried
        current = np.maximum(raised, 0.0)
        carried = raised - current
        if _largest(rows @ current - held) <= TOLERANCE:
            return current
    raise ArithmeticError("the tables could not be made consistent")


def _largest(values: Vector) -> float:
    return float(np.max(np.abs(values), initial=0.0))


def _correction(margins: Matrix, variances: Vector) -> Matrix:
    """The matrix that turns the disagreement of margins into the smallest weighted change of the cells."""
    weighted = variances[:, None] * margins.T
    solved: Matrix = weighted @ np.linalg.pinv(margins @ weighted, hermitian=True)
    return solved


def _totals(workload: Workload) -> Matrix:
    """One row for every table of a single cell: the national total."""
    sizes = [len(workload.cells(table)) for table in workload.tables]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    single = [int(starts[n]) for n, table in enumerate(workload.tables) if not table.dimensions]
    rows = np.zeros((len(single), int(starts[-1])))
    rows[range(len(single)), single] = 1.0
    return rows


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
