"""The compiled policy against a small one written here, and the files against what each cell must mean."""

from __future__ import annotations

import pytest

from app.access import policy as subject
from app.access.permissions import Permission
from app.access.policy import Cell, Level, compile_policy, parse_cell, policy
from tests.access.matrix import COMPARTMENTS, MATRIX, PERMISSIONS, ROLES

MATRIX_CSV = """compartment,officer,house,guard,analyst
identity,full+w,resident+w,exists,aggregate
health,partial,own,none,none
plan,none,partial+x,full,none
"""
ROLES_CSV = """role,label_es,scope,population,permissions,investigates
officer,Quien atiende,assigned,any,cases:read victims:read,NO
house,Casa,unit,nna,cases:read accounts:manage,NO
guard,Policía,assigned,foreign,audit:read,SI
analyst,Análisis,all,any,indicators:read,NO
"""
UNITS_CSV = """role,unit_kinds,given_by
officer,CEM UPE,two
house,CAR,two
guard,*,operator
analyst,CENTRAL,two
"""


@pytest.fixture(scope="module")
def small() -> subject.Policy:
    return compile_policy(MATRIX_CSV, ROLES_CSV, UNITS_CSV)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("none", Cell(Level.NONE)),
        (" full+w ", Cell(Level.FULL, write=True)),
        ("partial+x", Cell(Level.PARTIAL, break_glass=True)),
        ("own+w+x", Cell(Level.OWN, write=True, break_glass=True)),
    ],
)
def test_a_cell_is_a_level_with_flags(text: str, cell: Cell) -> None:
    assert parse_cell(text) == cell


@pytest.mark.parametrize(("text", "named"), [("all", "all"), ("full+z", "z"), ("", "''")])
def test_an_unknown_level_or_flag_is_refused(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        parse_cell(text)


@pytest.mark.parametrize(
    ("matrix", "roles", "units", "named"),
    [
        (MATRIX_CSV.replace(",guard", ",sentry"), ROLES_CSV, UNITS_CSV, "guard"),
        (MATRIX_CSV, ROLES_CSV, UNITS_CSV.replace("guard,", "sentry,"), "guard"),
        (MATRIX_CSV, ROLES_CSV.rsplit("analyst", 1)[0], UNITS_CSV, "analyst"),
        (MATRIX_CSV, ROLES_CSV.replace("audit:read", "audit:write"), UNITS_CSV, "audit:write"),
        (MATRIX_CSV, ROLES_CSV, UNITS_CSV.replace("CAR", "CASA"), "CASA"),
    ],
)
def test_files_that_do_not_fit_each_other_are_refused(
    matrix: str, roles: str, units: str, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        compile_policy(matrix, roles, units)


def test_what_a_role_is(small: subject.Policy) -> None:
    assert small.compartments == ("identity", "health", "plan")
    officer = small.roles["officer"]
    assert (officer.label, officer.scope) == ("Quien atiende", "assigned")
    assert [small.population(name) for name in (*small.roles, "nobody")] == [1, 2, 4, 1, 0]
    assert [name for name in (*small.roles, "nobody") if small.unit_scoped(name)] == ["house"]
    assert [name for name, role in small.roles.items() if role.investigates] == ["guard"]
    assert [name for name, role in small.roles.items() if role.two_people] == ["officer", "house", "analyst"]
    assert small.fits("officer", "UPE")
    assert not small.fits("officer", "CAR")
    assert not small.fits("nobody", "UPE")
    assert small.roles["guard"].unit_kinds == subject.UNIT_KINDS


def test_what_a_role_reads(small: subject.Policy) -> None:
    cells = [(role, name) for role in (*small.roles, "nobody") for name in (*small.compartments, "other")]
    opened = {(r, c) for r, c in cells if small.opens(r, c)}
    assert opened == {
        *(("officer", "identity"), ("officer", "health"), ("house", "identity"), ("house", "health")),
        *(("house", "plan"), ("guard", "plan")),
    }
    assert {(r, c) for r, c in cells if small.reads_in_full(r, c)} == {
        *(("officer", "identity"), ("house", "identity"), ("guard", "plan")),
    }
    assert {(r, c) for r, c in cells if small.reads_of_others(r, c)} == opened - {("house", "health")}
    assert small.cell("nobody", "identity") == small.cell("officer", "other") == Cell(Level.NONE)
    assert small.cell("officer", "identity").write


def test_who_gives_accounts(small: subject.Policy) -> None:
    names = (*small.roles, "nobody")
    assert small.permits("officer", Permission.CASES_READ)
    assert not small.permits("officer", Permission.ACCOUNTS_MANAGE)
    assert not small.permits("nobody", Permission.CASES_READ)
    assert [name for name in names if small.askable("house", name)] == ["officer", "house", "analyst"]
    assert not any(small.askable(name, "officer") for name in ("officer", "guard", "nobody"))
    assert [name for name in names if small.grantable("house", name)] == ["analyst"]
    assert not small.grantable("officer", "analyst")
    assert [name for name in names if small.two_to_close(name)] == ["house", "guard"]


def test_nobody_alone_reopens_who_opens_nothing_but_holds_a_reserved_power() -> None:
    roles = ROLES_CSV.replace("indicators:read", "indicators:exact")
    assert not compile_policy(MATRIX_CSV, roles, UNITS_CSV).grantable("house", "analyst")


def test_what_the_database_is_told(small: subject.Policy) -> None:
    rows = {str(row["role"]): row for row in subject.grant_rows(small)}
    assert rows["house"] == {
        "role": "house",
        "population": 2,
        "permissions": ["accounts:manage", "cases:read"],
        "listed": ["identity", "health", "plan"],
        "opened": ["identity", "health", "plan"],
        "full": ["identity"],
        "own_only": ["health"],
        "resident": ["identity"],
        "written": ["identity"],
        "unit_kinds": ["CAR"],
        "two_people": True,
        "policy_version": small.version,
    }
    assert (rows["guard"]["listed"], rows["guard"]["opened"]) == (["identity", "plan"], ["plan"])
    assert rows["officer"]["full"] == ["identity"]


def test_its_version_changes_with_any_of_the_files(small: subject.Policy) -> None:
    other = [
        compile_policy(MATRIX_CSV.replace("full+w", "full"), ROLES_CSV, UNITS_CSV),
        compile_policy(MATRIX_CSV, ROLES_CSV.replace("Casa", "Hogar"), UNITS_CSV),
        compile_policy(MATRIX_CSV, ROLES_CSV, UNITS_CSV.replace("CEM ", "")),
    ]
    assert len({small.version, *(one.version for one in other)}) == 4
    assert len(small.version) == 12


def test_the_files_in_force_say_what_they_are_read_as() -> None:
    found = policy()
    assert (list(found.roles), list(found.compartments)) == (ROLES, COMPARTMENTS)
    for (role, compartment), cell in MATRIX.items():
        read = found.cell(role, compartment)
        assert (read.level.name.lower(), read.write) == (cell.level, cell.write)
    assert {name: set(role.permissions) for name, role in found.roles.items()} == PERMISSIONS


def test_levels_are_ordered_and_opening_ones_decrypt() -> None:
    names = ["NONE", "AGGREGATE", "EXISTS", "PARTIAL", "RESIDENT", "OWN", "FULL"]
    assert [level.name for level in sorted(Level)] == names
    assert [level.name for level in sorted(subject.OPENING)] == names[3:]
    assert [level.value for level in Level] == list(range(7))


def test_every_kind_of_unit() -> None:
    assert {
        *("UPE", "CEM", "CAR", "ALBERGUE", "HRT", "FISCALIA", "UDAVIT", "PNP", "SALUD", "EDUCACION"),
        *("TRABAJO", "PROGRAMA_SOCIAL", "CONSULADO", "DEFENSA_PUBLICA", "CENTRAL"),
    } == subject.UNIT_KINDS
