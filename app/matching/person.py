"""A person as matching sees her: names, birth, documents and places in one spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.matching.documents import Document, documents_of
from app.matching.normalise import fold, given_words, surname_words
from app.matching.phonetics import Word, word

_DEPARTMENT = 2


class Name(NamedTuple):
    """Given names in their order, and none, one or two surnames."""

    given: tuple[Word, ...] = ()
    surnames: tuple[Word, ...] = ()


class Birth(NamedTuple):
    """A birth date of which any part may be unknown."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


_NOBODY, _UNBORN = Name(), Birth()


@dataclass(frozen=True, slots=True)
class Person:
    """What two records are compared by. Sex and nationality are not: they tell little and are often wrong.

    Attributes:
        name: the legal name.
        other_names: social name and aliases that read as a full name.
        birth: the birth date, as far as it is known.
        documents: documents with a type and a number.
        places: a region, a district or town, and then narrower places, each compared with that of the same
            position; `""` where unknown. Of the stored identity: department (abroad, the city), district and
            community of birth.
    """

    name: Name = _NOBODY
    other_names: tuple[Name, ...] = ()
    birth: Birth = _UNBORN
    documents: tuple[Document, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[Name, ...]:
        """The legal name and then the others."""
        return (self.name, *self.other_names)


def person_of(identity: Mapping[str, Any]) -> Person:
    """The person of a stored `identity` compartment (JSON form); unknown markers count as empty."""
    name = name_of(
        identity.get("given_names") or "",
        identity.get("first_surname") or "",
        identity.get("second_surname") or "",
    )
    return Person(
        name=name,
        other_names=_other_names(name, identity.get("social_name"), identity.get("aliases") or ()),
        birth=_birth(identity),
        documents=documents_of(identity.get("documents") or ()),
        places=_places(identity.get("birth_place") or "", fold(identity.get("birth_place_text") or "")),
    )


def name_of(given: str, first_surname: str = "", second_surname: str = "") -> Name:
    """A name from its three fields; two surnames written into the first field are told apart."""
    first, second = surname_words(first_surname), surname_words(second_surname)
    if not second and len(first) == 2:  # noqa: PLR2004 - two surnames in one field
        surnames = list(first)
    else:
        surnames = ["".join(words) for words in (first, second) if words]
    return Name(tuple(map(word, given_words(given))), tuple(map(word, surnames)))


def _other_names(name: Name, social: str | None, aliases: Iterable[str]) -> tuple[Name, ...]:
    """Full names among social name and aliases, and those that replace the given names only."""
    found = []
    for text in (social or "", *aliases):
        words = given_words(text)
        known = {surname.text for surname in name.surnames}
        if len(words) > 1 and words[-1] not in known and text != social:
            given = words[: max(1, len(words) - 2)]
            other = name_of(" ".join(given), *words[len(given) :])
        else:
            own = tuple(word(text) for text in words if text not in known)
            other = Name(own, name.surnames)
        if other.given and other != name and other not in found:
            found.append(other)
    return tuple(found)


def _places(ubigeo: str, text: str) -> tuple[str, str, str]:
    return (ubigeo[:_DEPARTMENT], ubigeo, text) if ubigeo else (text, "", "")


def _birth(identity: Mapping[str, Any]) -> Birth:
    """The date, or what its precision leaves of it; an estimated date keeps its year only."""
    text = identity.get("birth_date")
    if not text:
        return Birth(identity.get("birth_year"))
    year, month, day = (int(part) for part in str(text).split("-"))
    if identity.get("birth_date_precision") in {"ANIO", "ESTIMADA"}:
        return Birth(year)
    return Birth(year, month, day)
