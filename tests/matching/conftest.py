"""A crowd of synthetic persons of Peru, as tokens, made once for all workers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.conftest import Once

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.insert(0, str(BENCHMARKS))  # the generator of persons lies among the benchmarks

CROWD = 50_000
SEED = 20_251
KEY = b"an index key of the tests, 32 B."


class Crowd(NamedTuple):
    """The rows of a table of tokens; equal length."""

    values: np.ndarray[tuple[int], np.dtype[np.int64]]
    kinds: np.ndarray[tuple[int], np.dtype[np.int64]]
    owners: np.ndarray[tuple[int], np.dtype[np.int64]]

    def of(self, kind: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Values of one kind."""
        return self.values[self.kinds == kind]


@pytest.fixture(scope="session")
def crowd(once: Once) -> Crowd:
    """The tokens of 50 000 persons of whom everything is known, which makes buckets as large as they get."""
    return Crowd(*once("crowd", rows_of_crowd))


def rows_of_crowd() -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Values, kinds and owners, one column a token."""
    from _peru import persons

    from app.matching import person_of, tokens

    rows = [
        (token.value, int(token.kind), owner)
        for owner, identity in enumerate(persons(CROWD, SEED))
        for token in tokens(KEY, person_of(identity))
    ]
    return np.array(rows, dtype=np.int64).T
