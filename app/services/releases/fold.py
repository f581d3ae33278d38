"""From the codes of the register to the one key a person has in each dimension of a release.

Whatever is not in the frozen key set is "not known", so that nobody falls out and nobody counts twice.
"""

from dataclasses import dataclass

from app.services.releases.workload import Workload

ADULT_AGE = 18
_OLDEST = 150
_BANDS = (
    ("0-5", 0, 5),
    ("6-11", 6, 11),
    ("12-17", 12, 17),
    ("18-29", 18, 29),
    ("30-59", 30, 59),
    ("60+", 60, _OLDEST),
)
"""Age groups of the police register (RETA), in years at identification."""


@dataclass(frozen=True, slots=True)
class Group:
    """Persons who share all codes: what a count of the register returns. `None` is not known."""

    sex: str | None
    age_years: int | None
    age_min: int | None
    age_max: int | None
    department: str | None
    purpose: str | None
    persons: int


def age_group(years: int | None, youngest: int | None, oldest: int | None) -> str:
    """The age group of an age or, without one, of an age range.

    A range across groups still tells a child from an adult when it lies on one side of 18.
    """
    low, high = (years, years) if years is not None else (youngest, oldest)
    if low is None and high is None:
        return "NO_IDENTIFICADA"
    low, high = (0 if low is None else low), (_OLDEST if high is None else high)
    for code, first, last in _BANDS:
        if first <= low <= high <= last:
            return code
    if low <= high < ADULT_AGE:
        return "NNA_SIN_GRUPO"
    return "ADULTA_SIN_GRUPO" if ADULT_AGE <= low <= high else "NO_IDENTIFICADA"


def fold(workload: Workload, group: Group) -> dict[str, str]:
    """The code of a group of persons in every dimension of the workload."""
    found = {
        "departamento": group.department,
        "sexo": group.sex,
        "grupo_edad": age_group(group.age_years, group.age_min, group.age_max),
        "finalidad": group.purpose,
    }
    keys: dict[str, str] = {}
    for name, code in found.items():
        dimension = workload.dimensions[name]
        key = code if code in dimension.labels else dimension.codes[-1]
        keys[name] = str(key)
        if dimension.within is not None and dimension.parents is not None:
            keys[dimension.within] = dimension.parents[str(key)]
    return keys
