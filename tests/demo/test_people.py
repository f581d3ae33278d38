"""The synthetic people: repeatable, labelled, and drawn from the published totals."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import pytest

from app.records import RecordInvalid, parse
from stories.demo import cast, script
from stories.demo.figures import figures, years
from stories.demo.names import MEN, SURNAMES, WOMEN
from stories.demo.people import LABEL, Synthetic, draw, phone

SEED = 20_170_928
PEOPLE = [draw(SEED, number) for number in range(6000)]
# Normal quantile of 0.9995: with a fixed seed the draws pass or fail for ever.
Z = 3.29

Trait = Callable[[Synthetic], str | None]


def too_far(observed: Counter[str], expected: dict[str, float]) -> bool:
    """Pearson's chi-square against its 99.95 % quantile (Wilson and Hilferty); rare codes are one cell."""
    rare = [code for code, value in expected.items() if value < 5]
    cells = [(observed[code], value) for code, value in expected.items() if value >= 5]
    if rare:
        cells.append((sum(observed[code] for code in rare), sum(expected[code] for code in rare)))
    statistic = sum((seen - value) ** 2 / value for seen, value in cells)
    k = len(cells) - 1
    return statistic > k * (1 - 2 / (9 * k) + Z * (2 / (9 * k)) ** 0.5) ** 3


def shares(figure: str, year: int | None = None) -> dict[str, float]:
    found = figures()[figure, year]
    return {code: persons / found.total for code, persons in zip(found.codes, found.persons, strict=True)}


def summed(figure: str) -> dict[str, float]:
    """Shares of a figure that is given by year, all years together."""
    totals: Counter[str] = Counter()
    for (name, year), found in figures().items():
        if name == figure and year is not None:
            totals.update(dict(zip(found.codes, found.persons, strict=True)))
    everybody = years().total
    totals[""] += everybody - sum(totals.values())
    return {code: persons / everybody for code, persons in totals.items() if persons}


def age_band(age: int) -> str:
    for band in figures()["age_mujer", None].codes:
        low, _, high = band.partition("-")
        if int(low) <= age <= int(high):
            return band
    raise AssertionError(age)


TRAITS: list[tuple[str, dict[str, float], Trait]] = [
    ("sex", summed("sex"), lambda p: p.compartments["identity"]["sex"]),
    ("purpose", summed("purpose"), lambda p: p.compartments["legal"]["purposes"][0]),
    ("transnational", summed("transnational"), lambda p: p.compartments["legal"].get("transnational")),
    ("recruitment", shares("recruitment"), lambda p: p.compartments["legal"]["recruitment"]),
    ("relation", shares("recruiter_relation"), lambda p: p.compartments["legal"]["recruiter_relation"]),
    ("means", shares("means"), lambda p: p.compartments["legal"]["means"][0]),
    ("department", shares("department"), lambda p: p.department),
    ("education", shares("education"), lambda p: p.compartments["identity"].get("education")),
    ("year", {y: n / years().total for y, n in zip(years().codes, years().persons, strict=True)},
     lambda p: str(p.identified_on.year)),
]  # fmt: skip


def misses(people: Iterable[Synthetic], published: dict[str, float], trait: Trait) -> bool:
    seen = Counter(trait(person) or "" for person in people)
    assert set(seen) <= set(published)
    return too_far(seen, {code: share * seen.total() for code, share in published.items()})


@pytest.mark.parametrize(("name", "published", "trait"), TRAITS, ids=[name for name, _, _ in TRAITS])
def test_totals_are_those_published(name: str, published: dict[str, float], trait: Trait):
    assert not misses(PEOPLE, published, trait)


@pytest.mark.parametrize("woman", [True, False])
def test_ages_are_those_published_for_the_sex(woman: bool):
    people = [person for person in PEOPLE if person.woman is woman]
    published = shares("age_mujer" if woman else "age_hombre")
    assert not misses(people, published, lambda p: age_band(p.age))


@pytest.mark.parametrize("year", [2017, 2024])
def test_purposes_are_those_of_the_year(year: int):
    people = [person for person in PEOPLE if person.identified_on.year == year]
    assert not misses(people, shares("purpose", year), lambda p: p.compartments["legal"]["purposes"][0])


def test_a_shifted_margin_is_noticed():
    published = summed("purpose")
    published["EXPLOTACION_SEXUAL"] -= 0.03
    published["MENDICIDAD"] += 0.03
    assert misses(PEOPLE, published, TRAITS[1][2])


def test_figures_agree_with_the_published_file(shared_data: Path):
    with (shared_data / "reta_anual_nacional.csv").open(encoding="utf-8", newline="") as file:
        rows = [(int(r["anio"]), r["medida"], int(r["valor"])) for r in csv.DictReader(file)]
    totals = {str(year): value for year, measure, value in rows if measure == "F1_TOTAL"}
    assert totals == dict(zip(years().codes, years().persons, strict=True))
    women = {year: value for year, measure, value in rows if measure == "EF_SUB TOTAL"}
    assert all(dict(zip(*_pairs("sex", year), strict=True))["MUJER"] == n for year, n in women.items())
    for figure, prefix in (
        ("recruitment", "C_"),
        ("means", "M_"),
        ("recruiter_relation", "P4_"),
        ("education", "P3_"),
    ):
        published = Counter({m: 0 for _, m, _ in rows if m.startswith(prefix) and not m.endswith("TOTAL")})
        for _, measure, value in rows:
            if measure in published:
                published[measure] += value
        assert sorted(published.values()) == sorted(figures()[figure, None].persons), figure


def _pairs(figure: str, year: int) -> tuple[tuple[str, ...], tuple[int, ...]]:
    found = figures()[figure, year]
    return found.codes, found.persons


def test_the_same_seed_draws_the_same_people():
    assert [draw(SEED, number) for number in range(50)] == PEOPLE[:50]
    assert draw(SEED + 1, 0) != PEOPLE[0]


def test_everybody_is_valid_and_labelled():
    for person in PEOPLE[:500]:
        for name, payload in person.compartments.items():
            try:
                parse(name, payload)
            except RecordInvalid as invalid:  # never show values, not even of these people
                pytest.fail(f"{person.number} {invalid.errors}")
        (mark,) = person.compartments["identity"]["external_references"]
        assert mark["system"] == LABEL
        assert mark["reference"].startswith(f"{LABEL}-")


def test_no_document_or_telephone_can_be_real():
    numbers = [d["number"] for p in PEOPLE for d in p.compartments["identity"].get("documents", ())]
    assert len(numbers) == len(set(numbers)) > 4000
    assert not any(number.isdecimal() for number in numbers)
    assert all(phone(person.number).startswith("+51 000") for person in PEOPLE)
    assert script.identity(script.FIRST_NUMBER)["documents"][0]["number"] not in numbers


def test_no_name_is_a_word_of_the_cast():
    words = (
        " ".join([*cast.INSTITUTIONS.values(), *(office.code for office in cast.offices())])
        .casefold()
        .split()
    )
    assert not {name.casefold() for name in (*WOMEN, *MEN, *SURNAMES)} & set(words)


def test_age_and_birth_agree():
    for person in PEOPLE:
        born = person.compartments["identity"].get("birth_date")
        if born is not None:
            day, birth = person.identified_on, date.fromisoformat(born)
            assert day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day)) == person.age
