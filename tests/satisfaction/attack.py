"""Somebody who reads every table with its hidden columns, the trace and the server's log, but has no key.

Links questionnaires to the person whose record the same worker read just before, in two ways: by the order in
which rows were stored (transaction, place, serial), and by whatever a row shows of the answer.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A stored questionnaire: its place (transaction, page and line), and its columns as bytes."""

    xmin: int
    ctid: tuple[int, int]
    columns: tuple[bytes, ...]


Guess = dict[int, str]
"""Answer ascribed to each reading, by its number in the trace."""


def features(row: Row) -> list[tuple[str, object]]:
    """All that a row might give away without a key."""
    found: list[tuple[str, object]] = []
    for at, column in enumerate(row.columns):
        found += [(f"length {at}", len(column)), (f"whole {at}", column)]
        found += [(f"byte {at} {n}", column[n]) for n in range(min(len(column), 24))]
    return found


def learnt(rows: Sequence[Row], answers: Sequence[str]) -> Callable[[Row], str]:
    """What rows of known answers teach: for each feature value the answer that mostly goes with it."""
    seen: dict[tuple[str, object], Counter[str]] = defaultdict(Counter)
    for row, answer in zip(rows, answers, strict=True):
        for feature in features(row):
            seen[feature][answer] += 1
    usual = Counter(answers).most_common(1)[0][0]

    def guess(row: Row) -> str:
        votes: Counter[str] = Counter()
        for feature in features(row):
            known = seen.get(feature)
            if known and len(known) == 1 and sum(known.values()) > 1:
                votes.update(known)
        return votes.most_common(1)[0][0] if votes else usual

    return guess


def link(rows: Sequence[Row], own: Sequence[Row], own_answers: Sequence[str]) -> Guess:
    """The answer of each reading, in the order of the trace: rows in order of storing, read as learnt.

    `own`: questionnaires the attacker handed in itself, so that it knows their answers.
    """
    read = learnt(own, own_answers)
    stored = sorted(rows, key=lambda row: (row.xmin, row.ctid))
    return {number: read(row) for number, row in enumerate(stored)}


def hits(guess: Guess, truth: Sequence[str]) -> int:
    """How many readings were given the right answer."""
    return sum(guess.get(number) == answer for number, answer in enumerate(truth))


def by_chance(truth: Sequence[str], tries: int = 4000) -> int:
    """Hits that chance exceeds in one of a thousand tries, knowing how often each answer was given."""
    usual = Counter(truth)
    names, weights = list(usual), list(usual.values())
    draw = random.Random(11)
    scores = [
        sum(a == b for a, b in zip(draw.choices(names, weights, k=len(truth)), truth, strict=True))
        for _ in range(tries)
    ]
    best_constant = max(weights)
    return max(sorted(scores)[int(tries * 0.999)], best_constant)
