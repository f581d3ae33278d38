"""What stands against two records being one person: so plainly that no reason given overrides it, or less.

Sex and age take no part in the score, as both are often wrong; but a woman and a man who are years apart are
two people, and so are two whose issuers vouch for different documents of one kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.matching.documents import Document, documents_of

FAR = 10
"""Years between births that no wrongly declared age explains: recruiters have girls say they are grown."""

_VERIFIED = "SI"

Years = tuple[int, int]
"""The first and the last year of birth there may be."""


class Contradiction(StrEnum):
    """What makes one person of two records impossible."""

    SEX_AND_AGE = "SEXO_Y_EDAD"
    DOCUMENTS = "DOCUMENTOS_VERIFICADOS"


class Doubt(StrEnum):
    """What does not agree and may be a mistake."""

    SEX = "SEXO"
    AGE = "EDAD"
    DOCUMENTS = "DOCUMENTOS"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is compared. `born`: by what is known best; `seems`: by the ages written down alone."""

    sex: str | None = None
    born: Years | None = None
    seems: Years | None = None
    documents: frozenset[Document] = frozenset()
    verified: frozenset[Document] = frozenset()


def facts_of(
    identity: Mapping[str, Any], *, sex: str | None, ages: Iterable[int | None], identified: Years | None
) -> Facts:
    """The facts of a stored identity and its clear columns.

    Args:
        ages: age at identification, and the bounds of an estimate.
        identified: the first and the last year in which she was identified.
    """
    items = identity.get("documents") or ()
    known = [age for age in ages if age is not None]
    seems = _years(known, identified)
    declared = identity.get("declared_age")
    return Facts(
        sex,
        _birth(identity) or seems or _years([] if declared is None else [declared], identified),
        seems,
        frozenset(documents_of(items)),
        frozenset(documents_of(item for item in items if item.get("verified") == _VERIFIED)),
    )


def _birth(identity: Mapping[str, Any]) -> Years | None:
    date, year = identity.get("birth_date"), identity.get("birth_year")
    known = int(str(date)[:4]) if date else year
    return None if known is None else (known, known)


def _years(ages: list[int], identified: Years | None) -> Years | None:
    if not ages or identified is None:
        return None
    return identified[0] - max(ages) - 1, identified[1] - min(ages)


def against(a: Facts, b: Facts) -> tuple[list[Contradiction], list[Doubt]]:
    """What makes the two impossible to be one person, and what else does not agree."""
    other_sex = a.sex is not None and b.sex is not None and a.sex != b.sex
    apart = _far(a.born, b.born) or _far(a.seems, b.seems)
    # One that the other has too, verified or not, may be the older of two passports of hers.
    vouched = _differ(a.verified, b.verified) and a.documents.isdisjoint(b.documents)
    impossible = [Contradiction.SEX_AND_AGE] if other_sex and apart else []
    if vouched:
        impossible.append(Contradiction.DOCUMENTS)
    odd = {
        Doubt.SEX: other_sex,
        Doubt.AGE: apart,
        Doubt.DOCUMENTS: _differ(a.documents, b.documents),
    }
    return impossible, [doubt for doubt, holds in odd.items() if holds]


def _far(a: Years | None, b: Years | None) -> bool:
    return a is not None and b is not None and max(a[0], b[0]) - min(a[1], b[1]) > FAR


def _differ(a: frozenset[Document], b: frozenset[Document]) -> bool:
    """Whether both have documents of one type and country, and none in common."""
    mine, others = _by_kind(a), _by_kind(b)
    return any(mine[kind].isdisjoint(others[kind]) for kind in mine.keys() & others.keys())


def _by_kind(documents: Iterable[Document]) -> dict[tuple[str, str], set[str]]:
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for document in documents:
        found[document.type, document.country].add(document.number)
    return dict(found)
