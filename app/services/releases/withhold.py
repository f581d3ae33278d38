"""What of a consistent table is printed: whole persons where the figure bears it, a mark elsewhere."""

from dataclasses import dataclass

SMALLEST_PRINTED = 11
"""No printed cell is smaller (the k of the global data set of IOM and its partners)."""
SIGMAS = 3
"""A printed cell is at least so many standard deviations of its noise away from zero."""
CONFIDENCE_95 = 1.96
ROUNDING = 0.5
"""What printing whole persons may move a value by."""

PRINTED = "PUBLICADO"
WITHHELD = "RESERVADO"
"""The mark of an empty cell, the same for zero and small. Other cells and a total may give its value back, as
it was with its noise: the noise protects, the mark only keeps small figures from being taken for exact."""

RULE = (
    f"Se imprime una celda solo si su valor es por lo menos max({SMALLEST_PRINTED}, {SIGMAS} sigma); "
    f"las demás quedan vacías con la marca {WITHHELD}, sean cero o pequeñas."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed or withheld cell: persons and the half-width of the 95 % interval, or neither."""

    value: int | None
    margin: float | None

    @property
    def status(self) -> str:
        """`PUBLICADO` or `RESERVADO`."""
        return WITHHELD if self.value is None else PRINTED


RESERVED = Cell(None, None)


def threshold(sigma: float) -> float:
    """The smallest value of a table with noise of width `sigma` that is printed, in persons."""
    return max(float(SMALLEST_PRINTED), SIGMAS * sigma)


def margin_95(sigma: float) -> float:
    """Half-width of the 95 % interval, in persons, to one decimal: noise (before consistency) and rounding.

    Measured over printed cells it covers at least 94.5 %, though a value near the threshold is printed only
    when the noise lifts it.
    """
    return round(CONFIDENCE_95 * sigma + ROUNDING, 1)


def withhold(value: float, sigma: float) -> Cell:
    """The cell as it is printed: nearest whole person from the threshold on, the one empty cell below it."""
    if value < threshold(sigma):
        return RESERVED
    return Cell(round(value), margin_95(sigma))
