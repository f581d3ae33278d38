"""Which tables of persons fit what is published: the extreme ones, found with the simplex method. Pure.

A table says how many persons are in exactly which sources. What is published fixes sums of its cells. An
extreme table is only proposed in floating point; whoever uses it rounds it and checks it in whole numbers.

Source: G. B. Dantzig, Linear Programming and Extensions (1963), in two phases; R. G. Bland (1977) for the
choice of the pivot, which cannot cycle.
"""

from __future__ import annotations

from collections.abc import Sequence

_EPSILON = 1e-9

Row = list[float]


class Fitting:
    """The non-negative solutions of `rows * x = sums`; at least one is known to exist."""

    def __init__(self, rows: Sequence[Sequence[int]], sums: Sequence[int]) -> None:
        """Find a first solution.

        Args:
            rows: coefficients, one row an equation.
            sums: what each row adds up to; none negative.
        """
        self._width = len(rows[0])
        count = len(rows)
        self._table: list[Row] = [
            [*map(float, row), *(float(at == place) for at in range(count)), float(total)]
            for place, (row, total) in enumerate(zip(rows, sums, strict=True))
        ]
        self._basis = [self._width + place for place in range(count)]
        self._climb([0.0] * self._width + [-1.0] * count)
        self._drop_helpers()

    def extreme(self, goal: Sequence[int]) -> list[float]:
        """A solution in which `goal * x` is largest; it must be bounded."""
        self._climb(list(map(float, goal)))
        found = [0.0] * self._width
        for row, column in zip(self._table, self._basis, strict=True):
            found[column] = row[-1]
        return found

    def _climb(self, goal: Row) -> None:
        while (column := self._entering(goal)) is not None:
            ratios = [
                (row[-1] / row[column], self._basis[place], place)
                for place, row in enumerate(self._table)
                if row[column] > _EPSILON
            ]
            self._pivot(min(ratios)[2], column)

    def _entering(self, goal: Row) -> int | None:
        """The first column that makes the goal larger (Bland)."""
        weights = [goal[column] for column in self._basis]
        for column, gain in enumerate(goal):
            reduced = gain - sum(w * row[column] for w, row in zip(weights, self._table, strict=True) if w)
            if reduced > _EPSILON:
                return column
        return None

    def _pivot(self, place: int, column: int) -> None:
        chosen = self._table[place]
        factor = chosen[column]
        chosen = self._table[place] = [value / factor for value in chosen]
        for at, row in enumerate(self._table):
            if at != place and abs(row[column]) > _EPSILON:
                times = row[column]
                self._table[at] = [a - times * b for a, b in zip(row, chosen, strict=True)]
        self._basis[place] = column

    def _drop_helpers(self) -> None:
        """Leave the first phase: its helping variables go, and with them equations that say nothing new."""
        for place, held in enumerate(self._basis):
            if held >= self._width:
                own = (
                    n for n, value in enumerate(self._table[place][: self._width]) if abs(value) > _EPSILON
                )
                if (column := next(own, None)) is not None:
                    self._pivot(place, column)
        kept = [place for place, column in enumerate(self._basis) if column < self._width]
        self._table = [[*self._table[place][: self._width], self._table[place][-1]] for place in kept]
        self._basis = [self._basis[place] for place in kept]
