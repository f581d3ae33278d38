"""No token is shared by more persons than a probe opens, so that nobody is lost beyond the limit."""

from __future__ import annotations

import hmac

import numpy as np
import pytest
from _peru import persons

from app.matching import Kind
from tests.matching.conftest import KEY, SEED, Crowd

LARGEST = 100
"""Of 50 000 persons: of twice as many a probe opens as many again, 200, which is the most (design)."""


def largest(rows: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]) -> dict[str, int]:
    """Persons in the largest bucket of each kind of token."""
    return {
        name: int(np.unique(values, return_counts=True)[1].max(initial=0)) for name, values in rows.items()
    }


def check(rows: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]) -> None:
    """Refuse kinds whose largest bucket passes the limit; the failure names the figures of all."""
    figures = largest(rows)
    over = {name: size for name, size in figures.items() if size > LARGEST}
    assert not over, f"buckets beyond {LARGEST}: {over}; all kinds: {figures}"


def test_no_bucket_passes_the_limit_of_a_probe(crowd: Crowd) -> None:
    check({kind.name: crowd.of(kind) for kind in Kind})


def test_every_kind_occurs_in_the_crowd(crowd: Crowd) -> None:
    assert {Kind(kind) for kind in np.unique(crowd.kinds)} == set(Kind)


def test_a_token_over_one_surname_is_refused() -> None:
    """The planted violation: what the check is there to keep out."""
    planted = [
        int.from_bytes(hmac.digest(KEY, identity["first_surname"].encode(), "sha256")[:8], "big", signed=True)
        for identity in persons(20_000, SEED)
    ]
    with pytest.raises(AssertionError, match="SURNAME"):
        check({"SURNAME": np.array(planted, dtype=np.int64)})


def test_persons_have_as_many_tokens_as_the_design_allows(crowd: Crowd) -> None:
    each = np.bincount(crowd.owners)
    assert each.max() <= 25
    assert np.median(each) >= 12
