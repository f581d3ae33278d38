"""Whether who would receive a person, go with her or speak for her is marked as suspected in her record.

Names are compared here and never shown; what is opened is recorded first. What cannot be told counts as yes:
the harm of asking for a paper is small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.access.act import Act
from app.access.opening import current_blob
from app.audit import record
from app.errors import Conflict, wrong
from app.matching.likeness import Somebody, may_be_one, share_a_word
from app.matching.normalise import name_words
from app.services.cases.rows import openable, presumed_child
from app.services.institutions.kinds import unit_kind
from app.services.victims.queries import newest_case, strands_of

COMPARTMENT: Final = "contact"
WAY_OUT: Final = (
    "Si es otra persona, complete el nombre y el documento de ambas (los de quien está señalada, en "
    "«Contacto y familia»); si ya no hay sospecha, la UPE levanta la señal."
)
_KIN: Final = {"mama": "madre", "mami": "madre", "papa": "padre", "papi": "padre"} | {
    word: word
    for word in (
        *("madre", "padre", "madrastra", "padrastro", "tia", "tio", "abuela", "abuelo", "hermana", "hermano"),
        *("prima", "primo", "madrina", "padrino", "suegra", "suegro", "cunada", "cunado"),
    )
}
"""What a word for kin says; diminutives say the same."""
_STEP: Final = {"madre": "madrastra", "padre": "padrastro"}
"""Who is called so too."""
_SOLE: Final = frozenset({"madre", "padre"})
"""Kin of whom nobody has two: of any other, two may well share a name."""
_TO_WHOM: Final = re.compile(r"\b(?:de|del|por)\b", re.IGNORECASE)
_DIMINUTIVE: Final = re.compile(r"(.{2,}?)c?it([ao])")


class Verdict(StrEnum):
    """What the record says of somebody."""

    CLEAR = "CLEAR"
    SUSPECTED = "SUSPECTED"
    UNSEEN = "UNSEEN"
    """The actor's unit was not given the person's family, so nobody can be ruled out."""


REFUSALS: Final = {
    Verdict.SUSPECTED: "Está señalada como sospechosa en el registro, o puede ser quien lo está. " + WAY_OUT,
    Verdict.UNSEEN: "Su unidad no ve a la familia de la persona, así que no puede descartar que esté "
    "señalada como sospechosa: pida que lo registre la unidad que la atiende o la UPE.",
}


@dataclass(frozen=True, slots=True)
class Adult:
    """Who would receive her, go with her or speak for her.

    `relation`: what she is to the person, empty where that was not said. None for who is only there, as a
    witness is: neither a mark without a name nor a unit that sees no marks keeps her out.
    """

    name: str | None
    document: str | None = None
    relation: str | None = None

    @property
    def somebody(self) -> Somebody:
        """As matching sees her."""
        return Somebody(self.name or "", self.document or "")


def verdict(act: Act, victim_id: int, adult: Adult) -> Verdict:
    """Whether this adult is marked as suspected in the person's record, or may be who is.

    Raises:
        BrokenSeal: her family cannot be opened, so nobody can be ruled out.
        Unavailable: the trace cannot be written.
    """
    if COMPARTMENT not in openable(act, victim_id):
        return Verdict.UNSEEN
    record(
        act,
        "suspects.compare",
        victim_id=victim_id,
        compartments=[COMPARTMENT],
        purpose=act.purpose,
    )
    for strand in strands_of(act.session, victim_id, COMPARTMENT):
        data = current_blob(act, strand, COMPARTMENT)
        if any(may_be_marked(adult, one) for one in marked(data)):
            return Verdict.SUSPECTED
    return Verdict.CLEAR


def refuse_suspects(act: Act, victim_id: int, named: Mapping[str, Adult | str | None]) -> None:
    """Refuse whom the record marks, among those whom the fields of a form name.

    Raises:
        Conflict: one of them is or may be marked; `errors` names the field.
    """
    for field, who in named.items():
        if who:
            adult = who if isinstance(who, Adult) else Adult(who)
            found = verdict(act, victim_id, adult)
            if found is Verdict.CLEAR or (found is Verdict.UNSEEN and adult.relation is None):
                continue
            error = wrong(field, "suspected", REFUSALS[found])
            raise Conflict(REFUSALS[found], errors=[error])


def marked(contact: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """People whom a person's contact data call suspected."""
    known = [*(contact.get("family") or ()), contact.get("emergency_contact") or {}]
    yield from (one for one in known if one.get("suspected") == "SI")


def may_be_marked(adult: Adult, one: Mapping[str, Any]) -> bool:
    """Whether the adult may be who a mark names.

    A word for kin in a name (`Mamá Zoila`) is no part of it, but where it contradicts what the other is to
    the person. Of two who are the same to her one shared name is enough, where it says so or nobody has two.
    """
    who, mark = adult.somebody, _somebody(one)
    by_name = _called(who.name) | _called(mark.name)
    said = _head(adult.relation) | _called(who.name)
    suspected = _marked_as(one.get("relation"), mark.name)
    same = said & suspected
    if by_name and (same or not said or not suspected):
        who, mark = _uncalled(who), _uncalled(mark)
    if not mark.known:
        said, suspected = said | _words(adult.relation), suspected | _words(one.get("relation"))
        untold = adult.relation is None and not said
        return not untold and (not said or not suspected or not said.isdisjoint(suspected))
    if not who.known or may_be_one(who, mark):
        return True
    if _of_another(one.get("relation")):
        same -= _SOLE
    return bool(same & (by_name | _SOLE)) and share_a_word(who, mark, sole=not same.isdisjoint(_SOLE))


def check_marks(act: Act, victim_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Leave the marks of a child's record to the UPE: who lifts or renames one lets that person in.

    Raises:
        Conflict: somebody marked before would no longer be.
    """
    case = newest_case(act.session, victim_id)
    if not unmarked(before, after) or unit_kind(act) == "UPE":
        return
    if case is None or presumed_child(act.session, victim_id, case):
        message = (
            "Quita la señal de sospecha a una persona, o le cambia el nombre por otro: si ya no hay sospecha,"
            " la UPE la levanta. Puede agregar apellidos o documento sin borrar los que están."
        )
        error = wrong("family", "only-upe", message)
        raise Conflict(message, errors=[error])


def unmarked(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether somebody who was marked as suspected no longer is, or goes by quite another name."""
    still = list(marked(after))
    return any(not any(_still(one, other) for other in still) for one in marked(before))


def _still(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first, second = _somebody(one), _somebody(other)
    if not first.known:
        return _words(one.get("relation")) == _words(other.get("relation"))
    return may_be_one(Somebody(first.name), Somebody(second.name)) or first == second


def _somebody(one: Mapping[str, Any]) -> Somebody:
    return Somebody(one.get("name") or "", one.get("document") or "")


def _kin(word: str) -> str | None:
    """What a word for kin says: `mamita`, `tiita`; None of any other word."""
    small = _DIMINUTIVE.fullmatch(word)
    roots = (word, *(small[1] + end for end in ("", small[2], "a"))) if small else (word,)
    return next((_KIN[root] for root in roots if root in _KIN), None)


def _words(relation: str | None) -> frozenset[str]:
    return frozenset(_kin(word) or word for word in name_words(relation or ""))


def _head(relation: str | None) -> frozenset[str]:
    """What she is, and not to whom: `hermano de la madre` is no mother."""
    return _words(_TO_WHOM.split(relation or "")[0])


def _marked_as(relation: str | None, name: str) -> frozenset[str]:
    """What a mark says she is: a stepfather called `Papá Juan` is no father, whoever wrote so."""
    written, called = _head(relation), _called(name)
    return written if written & called else written | called


def _of_another(relation: str | None) -> bool:
    """Whether words follow the first one for kin: `madre política` and `papá de su bebé` are not her own."""
    kin = [_kin(word) for word in name_words(relation or "")]
    after = kin[next((place for place, one in enumerate(kin) if one), len(kin)) :]
    return None in after or bool(after and len(_TO_WHOM.split(relation or "")) > 1)


def _called(name: str) -> frozenset[str]:
    """What a name itself says she is to the person, as `Mamá Zoila` does."""
    said = {kin for word in name_words(name) if (kin := _kin(word))}
    return frozenset(said | {_STEP[kin] for kin in said & _STEP.keys()})


def _uncalled(one: Somebody) -> Somebody:
    """The same without the words for kin in her name."""
    return Somebody(" ".join(word for word in name_words(one.name) if _kin(word) is None), one.document)
