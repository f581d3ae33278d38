"""A crowd of synthetic persons of Peru, as tokens, made once for all workers."""

from __future__ import annotations

import fcntl
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.insert(0, str(BENCHMARKS))  # the generator of persons lies among the benchmarks

CROWD = 100_000
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
def crowd(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Crowd:
    """The tokens of 100 000 persons of whom everything is known, which makes buckets as large as they get."""
    base = tmp_path_factory.getbasetemp()
    place = (base if worker == "main" else base.parent) / "crowd.npy"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker makes it, the others wait and read
        if not place.exists():
            np.save(place, rows_of_crowd())
        return Crowd(*np.load(place))


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
