"""Remarks on the facts as the Penal Code qualifies them: they say what does not fit, and never block.

Sources: Código Penal, arts. 129-A and 129-B; Ley 31146 (numbers since 2021-03-31).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.catalogues import code_list, offences
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.legal import Legal

ADULT, ADOLESCENT, ELDERLY = 18, 14, 60
NO_MEANS = (
    "Sin medios no se configura la trata de una persona adulta (art. 129-A), salvo NNA; "
    "indique el medio si se conoce."
)
YOUNG, ADOLESCENT_VICTIM, OLD, PREGNANT = (
    "VICTIMA_MENOR_14",
    "VICTIMA_14_17",
    "ADULTO_MAYOR",
    "GESTACION",
)


@dataclass(frozen=True, slots=True)
class Known:
    """What else is known of the person when her legal part is written; all of it may be unknown.

    `youngest`, `oldest`: her age in years when she was identified, as far as it is known.
    """

    identified_on: date | None = None
    youngest: int | None = None
    oldest: int | None = None
    pregnant: str | None = None

    @classmethod
    def of(cls, identity: Mapping[str, Any], identified_on: date | None) -> Known:
        """What an identity (stored form, or as sent) tells."""
        years = _whole(identity.get("age_years"))
        born = _birth_year(identity)
        if years is None and born is not None:
            years = (identified_on or today()).year - born
        low, high = _whole(identity.get("age_min")), _whole(identity.get("age_max"))
        return cls(
            identified_on,
            low if low is not None else years,
            high if high is not None else years,
            identity.get("pregnant"),
        )


def fact_remarks(legal: Legal, known: Known, changed: frozenset[str] | None = None) -> list[FieldError]:
    """The remarks on the facts; of a change, only those that have to do with the fields in `changed`."""
    return [
        remark
        for about, check in _CHECKS
        if changed is None or about & changed
        for remark in check(legal, known)
    ]


def bounds(when: str) -> tuple[date, date]:
    """First and last day of a year, month or day (`2019`, `2019-03`, `2019-03-15`); `~` is passed over."""
    parts = [int(part) for part in when.rstrip("~").split("-")]
    year, month, day = parts + [0] * (3 - len(parts))
    last_month = month or 12
    return date(year, month or 1, day or 1), date(year, last_month, day or monthrange(year, last_month)[1])


def _period(legal: Legal, known: Known) -> tuple[date, date] | None:
    """The days the facts may have happened on; without dates of theirs, the day she was identified."""
    since, until = legal.exploitation_since, legal.exploitation_until
    if since is None and until is None:
        return (known.identified_on, known.identified_on) if known.identified_on else None
    first = bounds(since or until or "")[0]
    last = bounds(until)[1] if until else known.identified_on or today()
    return first, max(first, last)


def _offences(legal: Legal, known: Known) -> list[FieldError]:
    period = _period(legal, known)
    if period is None:
        return []
    found: list[FieldError] = []
    labels = code_list(offences.LIST).labels
    for number, code in enumerate(legal.offences or ()):
        if not offences.in_force(code, *period):
            other = offences.on(code, period[1])
            message = (
                f"El artículo {code} no regía en la fecha de los hechos; "
                f"corresponde el {other} ({labels[other]})."
            )
            found.append(_remark(f"offences.{number}", "offence_not_in_force", message))
    return found


def _elements(legal: Legal, known: Known) -> list[FieldError]:
    """Act, purpose and, of an adult, means: what art. 129-A is made of."""
    if not offences.TRAFFICKING & {*(legal.offences or ())}:
        return []
    found: list[FieldError] = []
    if not legal.acts:
        message = "Falta la conducta (captar, transportar, trasladar, acoger, recibir o retener; art. 129-A)."
        found.append(_remark("acts", "no_act", message))
    if not legal.purposes or "NO_IDENTIFICADO" in legal.purposes:
        found.append(_remark("purposes", "no_purpose", "Falta la finalidad de explotación (art. 129-A)."))
    if not legal.means and known.youngest is not None and known.youngest >= ADULT:
        found.append(_remark("means", "no_means", NO_MEANS))
    return found


def _ages(legal: Legal, known: Known) -> tuple[int | None, int | None]:
    """Her age when the facts began, at least, and when they ended, at most."""
    low, high = known.youngest, known.oldest
    if legal.age_when_trafficked is not None:
        low = legal.age_when_trafficked
    elif low is not None and legal.exploitation_since and known.identified_on:
        low -= known.identified_on.year - bounds(legal.exploitation_since)[0].year + 1
    if high is None:
        return low, None
    return low, high if low is None else max(low, high)


def _aggravators(legal: Legal, known: Known) -> list[FieldError]:
    if legal.aggravators is None:
        return []
    said = {*legal.aggravators}
    low, high = _ages(legal, known)
    found: list[FieldError] = []
    for code, from_age, to_age in (
        (YOUNG, 0, ADOLESCENT),
        (ADOLESCENT_VICTIM, ADOLESCENT, ADULT),
        (OLD, ELDERLY, 200),
    ):
        if code in said and ((low is not None and low >= to_age) or (high is not None and high < from_age)):
            message = "La agravante no corresponde a la edad registrada; revise cuál vale."
            found.append(_remark("aggravators", "aggravator_against_age", message))
        if code not in said and low is not None and high is not None and from_age <= low <= high < to_age:
            label = code_list("aggravator").label(code)
            message = f"Por su edad corresponde la agravante «{label}»; agréguela si procede."
            found.append(_remark("aggravators", "aggravator_by_age", message))
    return [*found, *_pregnancy(said, legal, known)]


def _pregnancy(said: set[str], legal: Legal, known: Known) -> list[FieldError]:
    if PREGNANT not in said:
        if known.pregnant == "SI":
            message = "Consta que está gestando; agregue la agravante si lo estaba durante los hechos."
            return [_remark("aggravators", "pregnancy_not_aggravator", message)]
        return []
    found = []
    if known.pregnant == "NO":
        message = "Consta que no está gestando; confirme que lo estaba durante los hechos."
        found.append(_remark("aggravators", "pregnancy_against_record", message))
    period = _period(legal, known)
    since = date.fromisoformat(code_list("aggravator").index[PREGNANT]["valid_from"])
    if period is not None and period[1] < since:
        message = "La gestación es agravante desde la Ley 31146 (31-03-2021); los hechos son anteriores."
        found.append(_remark("aggravators", "aggravator_not_in_force", message))
    return found


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _birth_year(identity: Mapping[str, Any]) -> int | None:
    born = identity.get("birth_date")
    if isinstance(born, str) and born[:4].isdigit():
        return int(born[:4])
    return _whole(identity.get("birth_year"))


def _remark(field: str, code: str, message: str) -> FieldError:
    return {"field": field, "code": code, "message": message}


_PERIOD = frozenset({"exploitation_since", "exploitation_until"})
_CHECKS: tuple[tuple[frozenset[str], Callable[[Legal, Known], list[FieldError]]], ...] = (
    (_PERIOD | {"offences"}, _offences),
    (frozenset({"offences", "acts", "purposes", "means"}), _elements),
    (_PERIOD | {"aggravators", "age_when_trafficked"}, _aggravators),
)
