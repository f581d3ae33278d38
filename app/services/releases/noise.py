"""Discrete Gaussian noise by OpenDP: the one module that knows the library.

A person is in at most one cell of a table and adds one to it, so adding or removing her moves the table's
vector by at most 1 in l2 distance. The library draws exactly from the discrete Gaussian with the randomness
of the operating system; there is no seed. It is imported when noise is drawn, never by the web service.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

# The share is reached from below: the library rounds what it charges upwards, and the cap has no tolerance.
_WIDEN = 1 + 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """What one table costs and how wide its noise is: `rho` as the library states it, `sigma` in persons."""

    rho: float
    sigma: float


def calibrate(share: float) -> Calibration:
    """The width of the noise for a share of the budget (zCDP rho), and the rho to charge for it.

    The charge is the privacy map's own figure for a change of one person, never one computed by hand.

    Raises:
        ValueError: the share is not a positive number.
    """
    if not (math.isfinite(share) and share > 0):
        raise ValueError("a share of the budget must be positive")
    sigma = math.sqrt(1 / (2 * share)) * _WIDEN
    return Calibration(rho=float(_measurement(sigma).map(1.0)), sigma=sigma)


def draw(counts: Sequence[int], calibration: Calibration) -> list[int]:
    """The counts of one table, every cell of the key set in its fixed order, with fresh noise on each."""
    return [int(value) for value in _measurement(calibration.sigma)(list(counts))]


def epsilon(rho: float, delta: float) -> float:
    """The epsilon of (epsilon, delta)-differential privacy that a zCDP budget amounts to."""
    dp = _library()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    gaussian = space >> dp.m.then_gaussian(scale=math.sqrt(1 / (2 * rho)))
    return float(dp.c.make_zCDP_to_approxDP(gaussian).map(1.0).epsilon(delta))


def library_version() -> str:
    """Name and version of the library that draws."""
    return f"opendp {version('opendp')}"


def _measurement(sigma: float) -> Any:
    dp = _library()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l2_distance(T="f64")
    return space >> dp.m.then_gaussian(scale=sigma)


def _library() -> Any:
    import opendp.prelude as dp  # noqa: PLC0415 - 0.2 s and 50 MB that only the drawing process pays

    dp.enable_features("contrib")
    return dp
