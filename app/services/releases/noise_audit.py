"""Black-box audit of the noise: what is drawn is held against what is charged, before anything is charged.

For one person more or less the best guess from one noisy cell gains at most the probability of its most
likely value; with noise of width sigma that is 1 / (sigma * sqrt(2 pi)). Too narrow a noise shows in the
variance and in that gain; a shifted or fractional one in the mean and the type.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from app.services.releases.noise import Calibration

Drawer = Callable[[Sequence[int], Calibration], list[int]]

DRAWS = 4_000
_DEVIATIONS = 5.0
"""How many standard errors a figure may be off: a sound build fails once in a million times."""


def audit_noise(draw: Drawer, widths: Mapping[str, Calibration], draws: int = DRAWS) -> list[str]:
    """What is wrong with the noise that `draw` adds to each table, in Spanish; empty when it is as charged.

    Args:
        draw: adds noise to exact counts (`noise.draw`).
        widths: the calibration of each table.
        draws: cells drawn for a table; the more, the smaller the fault that shows.
    """
    problems: list[str] = []
    for name, width in widths.items():
        values = draw([0] * draws, width)
        problems += [f"tabla {name}: {problem}" for problem in _faults(values, width)]
    return problems


def _faults(values: Sequence[int], width: Calibration) -> list[str]:
    count = len(values)
    charged = math.sqrt(1 / (2 * width.rho))
    mean = sum(values) / count
    variance = sum(value * value for value in values) / count - mean * mean
    likeliest = 1 / (charged * math.sqrt(2 * math.pi))
    gain = max(values.count(value) for value in (-1, 0, 1)) / count
    faults = []
    if any(type(value) is not int for value in values):
        faults.append("el ruido no es entero")
    if abs(mean) > _DEVIATIONS * charged / math.sqrt(count):
        faults.append("el ruido no está centrado en cero")
    if abs(variance / charged**2 - 1) > _DEVIATIONS * math.sqrt(2 / count):
        faults.append("la anchura del ruido no es la que se asienta")
    if gain > likeliest + _DEVIATIONS * math.sqrt(likeliest * (1 - likeliest) / count):
        faults.append("el ruido es menor que el que se asienta")
    return faults
