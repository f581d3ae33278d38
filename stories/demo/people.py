"""Draw one synthetic person: the same for the same seed and number, whatever the size of the register.

Every trait is drawn from its published marginal, independently of the others. What has no published figure
(names, documents, ethnicity, nationality of foreigners, care received) is assumed and stands for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.records import Values
from stories.demo.figures import LAST_MONTH, figures, years
from stories.demo.names import given_names, surname

LABEL = "SINTETICO"
"""Source of every case of the generator, and the register its people are known in."""
FIRST_YEAR = 2017
HOME = "PE"
_UNSTATED = "Sin precisar en la fuente"
_ADULT = 18
_MAY_HAVE_NO_DOCUMENT = 0.25
_ONE_SURNAME = 0.04
_ONLY_YEAR_OF_BIRTH = 0.15
_FOREIGN_IF_TRANSNATIONAL = 0.6
_FOREIGN = (("VE", 12), ("CO", 4), ("EC", 3), ("BO", 2))
_ETHNICITY = (("MESTIZO", 58), ("QUECHUA", 24), ("INDIGENA_AMAZONIA", 9), ("AIMARA", 5), ("AFROPERUANO", 4))
_TONGUE = {"QUECHUA": "que", "AIMARA": "aym", "INDIGENA_AMAZONIA": "shp"}
_OTHERS = {"recruitment": "OTRA", "means": "OTRO", "recruiter_relation": "OTRO"}


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A person who does not exist. `fate` in [0, 1) decides how far her care goes."""

    number: int
    compartments: dict[str, Values]
    identified_on: date
    department: str
    age: int
    woman: bool
    fate: float

    @property
    def child(self) -> bool:
        """Whether she was a child or adolescent when identified."""
        return self.age < _ADULT


def draw(seed: int, number: int) -> Synthetic:
    """Person `number` of the register of `seed`."""
    rng = Random(f"{LABEL}:{seed}:{number}")  # noqa: S311 - to be repeated, not to be secret
    year = int(years().draw(rng) or FIRST_YEAR)
    sex = _by_year("sex", year, rng)
    woman = sex == "MUJER"
    age = _age(rng, woman=woman)
    identified_on = _day(rng, year)
    legal = _legal(rng, year)
    nationality = _nationality(rng, legal)
    identity = {
        "sex": sex,
        "age_years": age,
        "nationality": nationality,
        **_name(rng, woman=woman),
        **_birth(rng, identified_on, age),
        **_social(rng, age, nationality),
        "documents": _documents(rng, number, nationality),
        "external_references": [{"system": LABEL, "reference": reference(seed, number)}],
    }
    known = {name: value for name, value in identity.items() if value}
    return Synthetic(
        number,
        {"identity": {"age_years": age, **known}, "legal": legal},
        identified_on,
        legal["department"],
        age,
        woman,
        rng.random(),
    )


def reference(seed: int, number: int) -> str:
    """Her number in the synthetic register."""
    return f"{LABEL}-{seed}-{number:06d}"


def document(number: int) -> str:
    """Eight characters that no DNI can be: a DNI is eight digits, and this begins with a letter."""
    return f"S{number:07d}"


def phone(number: int) -> str:
    """A number nobody can have: Peruvian mobile numbers begin with 9 and this one with 000."""
    return f"+51 000 {number // 1000 % 1000:03d} {number % 1000:03d}"


def contact(number: int) -> Values:
    """Ways to reach her, none of which exists (`.invalid` is reserved, RFC 2606)."""
    return {
        "mobile_phone": phone(number),
        "email": f"persona{number:06d}@sintetico.invalid",
        "residence_address": f"Pasaje Inexistente {number:06d}",
        "residence_country": HOME,
        "safe_channel": "POR_SERVICIO",
    }


def grandmother(number: int) -> str:
    """The name of a grandmother who does not exist either."""
    rng = Random(number)  # noqa: S311 - a made-up name, no secret
    return f"{given_names(rng, woman=True)} {surname(rng)}"


def _by_year(figure: str, year: int, rng: Random) -> str | None:
    total = figures()["total", year].total
    return figures()[figure, year].draw(rng, out_of=total)


def _overall(figure: str, rng: Random) -> str | None:
    return figures()[figure, None].draw(rng)


def _weighted(pairs: tuple[tuple[str, int], ...], rng: Random) -> str:
    return rng.choices([code for code, _ in pairs], weights=[weight for _, weight in pairs])[0]


def _age(rng: Random, *, woman: bool) -> int:
    """An age within a published band, all years of a band alike."""
    band = _overall("age_mujer" if woman else "age_hombre", rng) or "18-29"
    low, _, high = band.partition("-")
    return rng.randint(int(low), int(high))


def _day(rng: Random, year: int) -> date:
    first = date(year, 1, 1)
    month = LAST_MONTH.get(year, 12)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return first + timedelta(days=rng.randint(0, (last - first).days))


def _legal(rng: Random, year: int) -> Values:
    purpose = _by_year("purpose", year, rng) or "NO_IDENTIFICADO"
    found: Values = {
        "purposes": [purpose],
        "department": _overall("department", rng),
        "transnational": _by_year("transnational", year, rng),
        "country_of_exploitation": HOME,
        "recruitment": _overall("recruitment", rng),
        "recruiter_relation": _overall("recruiter_relation", rng),
        "means": [_overall("means", rng)],
    }
    for field, other in _OTHERS.items():
        if found[field] in (other, [other]):
            found[f"{field}_other"] = _UNSTATED
    return {name: value for name, value in found.items() if value is not None}


def _nationality(rng: Random, legal: Values) -> str:
    foreign = legal.get("transnational") == "SI" and rng.random() < _FOREIGN_IF_TRANSNATIONAL
    return _weighted(_FOREIGN, rng) if foreign else HOME


def _name(rng: Random, *, woman: bool) -> dict[str, str | None]:
    return {
        "given_names": given_names(rng, woman=woman),
        "first_surname": surname(rng),
        "second_surname": None if rng.random() < _ONE_SURNAME else surname(rng),
    }


def _birth(rng: Random, identified_on: date, age: int) -> Values:
    """A birth date that agrees with the age; only the year for some, and for all born since 2017.

    The days since then are also days of registration, and a search for birth dates must find leaks alone.
    """
    turned = identified_on.replace(year=identified_on.year - age, day=min(identified_on.day, 28))
    born = turned - timedelta(days=rng.randint(0, 360))
    if born.year >= FIRST_YEAR or rng.random() < _ONLY_YEAR_OF_BIRTH:
        return {"birth_year": born.year, "birth_date_precision": "ANIO"}
    return {"birth_date": born.isoformat(), "birth_date_precision": "EXACTA"}


def _social(rng: Random, age: int, nationality: str) -> Values:
    ethnicity = _weighted(_ETHNICITY, rng) if nationality == HOME else None
    tongue = rng.choice((_TONGUE.get(ethnicity or "", "spa"), "spa"))
    return {
        "ethnicity": ethnicity,
        "mother_tongue": tongue,
        "education": _overall("education", rng),
        "interpreter_needed": "NO" if tongue == "spa" else "NO_SABE",
        "dependants_in_care": rng.randint(0, 3) if age >= _ADULT else None,
    }


def _documents(rng: Random, number: int, nationality: str) -> list[dict[str, str]] | None:
    if rng.random() < _MAY_HAVE_NO_DOCUMENT:
        return None
    kind = "DNI" if nationality == HOME else "CEDULA_EXTRANJERA"
    return [{"type": kind, "number": document(number), "country": nationality, "verified": "NO"}]
