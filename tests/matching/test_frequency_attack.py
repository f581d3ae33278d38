"""Who steals the table of tokens without the keys, knowing how frequent all is, learns next to nothing.

The attacker has the column of tokens with their kinds, and knows exactly how many of the persons have each
composite, more than anybody with the population register could. Within a kind, tokens are ranked by the size
of their bucket, composites by their frequency, and rank is matched with rank; equal sizes at random.
"""

from __future__ import annotations

import hmac

import numpy as np
from _peru import persons

from app.matching import Kind
from tests.matching.conftest import KEY, SEED, Crowd

SHARE = 0.001
"""Of the rows, at most so many are re-identified (design: composites 0.02 %, single fields 22 to 100 %)."""


def re_identified(values: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int:
    """Rows whose composite the attacker names rightly, on average.

    Of the tokens of one size, which the attacker cannot tell apart, a random matching hits one on average:
    as many rows as a bucket of that size has.
    """
    _, sizes = np.unique(values, return_counts=True)
    return int(np.unique(sizes).sum())


def shares(crowd: Crowd) -> dict[str, float]:
    """Share of the rows of each kind that is re-identified, the leakiest kind first."""
    found = {kind.name: re_identified(crowd.of(kind)) / len(crowd.of(kind)) for kind in Kind}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def test_rank_matching_re_identifies_next_to_no_rows(crowd: Crowd) -> None:
    total = sum(re_identified(crowd.of(kind)) for kind in Kind) / len(crowd.values)
    by_kind = {kind: f"{share:.4%}" for kind, share in shares(crowd).items()}
    assert total <= SHARE, f"{total:.3%} of the rows are re-identified; by kind: {by_kind}"


def test_no_kind_leaks_as_a_single_field_does(crowd: Crowd) -> None:
    """The leakiest kind stays far below the planted violation, tokens over one surname."""
    planted = np.array(
        [
            int.from_bytes(
                hmac.digest(KEY, person["first_surname"].encode(), "sha256")[:8], "big", signed=True
            )
            for person in persons(len(np.unique(crowd.owners)), SEED)
        ],
        dtype=np.int64,
    )
    single = re_identified(planted) / len(planted)
    kind, leakiest = next(iter(shares(crowd).items()))
    assert single > 20 * SHARE, f"{single:.2%}"
    assert leakiest < single / 20, f"{kind} leaks {leakiest:.3%}, a single surname {single:.2%}"


def test_the_rule_refuses_tokens_over_one_surname() -> None:
    """The measure itself: all distinct, one row is given away; a few large buckets are given away whole."""
    assert re_identified(np.arange(1000)) == 1
    assert re_identified(np.repeat(np.arange(4), [1, 20, 300, 4000])) == 4321
