"""The list of tables is frozen, covers the code lists, and has one cell in each table for every person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogues import code_list
from app.services.releases import workload as module
from app.services.releases.fold import Group, age_group, fold
from app.services.releases.workload import WorkloadChanged, workload_v1

ages = st.one_of(st.none(), st.integers(0, 120))
groups = st.builds(
    Group,
    sex=st.sampled_from(["MUJER", "HOMBRE", None, "X"]),
    age_years=ages,
    age_min=ages,
    age_max=ages,
    department=st.sampled_from(["01", "17", "25", None, "99"]),
    purpose=st.sampled_from([*code_list("purpose").codes, None, "NUEVA"]),
    persons=st.integers(1, 50),
)


def test_sizes_and_order_of_the_tables() -> None:
    workload = workload_v1()
    assert {t.name: len(workload.cells(t)) for t in workload.tables} == {
        "T0": 1, "T1": 26, "T2": 27, "T3": 117, "T4": 78,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("dimension", "codes"), [("departamento", "department"), ("sexo", "sex"), ("finalidad", "purpose")]
)
def test_key_sets_cover_the_code_lists_of_the_register(dimension: str, codes: str) -> None:
    known = workload_v1().dimensions[dimension].labels
    assert set(code_list(codes).codes) <= set(known)
    assert {code: known[code] for code in code_list(codes).codes} == dict(code_list(codes).labels)


def test_an_altered_file_stops_every_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "V1_SHA256", "1" * 64)
    with pytest.raises(WorkloadChanged):
        workload_v1.__wrapped__()


@given(st.lists(groups, max_size=20))
def test_every_person_is_in_one_cell_of_each_table(found: list[Group]) -> None:
    workload = workload_v1()
    counts = workload.count((fold(workload, group), group.persons) for group in found)
    persons = sum(group.persons for group in found)
    assert {name: sum(cells) for name, cells in counts.items()} == dict.fromkeys(counts, persons)


@given(groups)
def test_one_person_more_moves_each_table_by_one(group: Group) -> None:
    """The sensitivity that the charge rests on."""
    workload = workload_v1()
    keys = fold(workload, group)
    without, with_her = workload.count([(keys, 7)]), workload.count([(keys, 7), (keys, 1)])
    for name, cells in with_her.items():
        assert sum((a - b) ** 2 for a, b in zip(cells, without[name], strict=True)) == 1


def test_keys_do_not_depend_on_who_is_registered() -> None:
    workload = workload_v1()
    empty = workload.count([])
    assert {name: len(cells) for name, cells in empty.items()} == {
        t.name: len(workload.cells(t)) for t in workload.tables
    }


def test_a_person_without_a_dimension_is_refused() -> None:
    with pytest.raises(KeyError):
        workload_v1().count([({"sexo": "MUJER"}, 1)])


@pytest.mark.parametrize(
    ("age", "group"),
    [
        ((0, None, None), "0-5"),
        ((17, None, None), "12-17"),
        ((18, None, None), "18-29"),
        ((60, None, None), "60+"),
        ((5, None, None), "0-5"),
        ((6, None, None), "6-11"),
        ((11, None, None), "6-11"),
        ((12, None, None), "12-17"),
        ((29, None, None), "18-29"),
        ((30, None, None), "30-59"),
        ((59, None, None), "30-59"),
        ((None, 60, None), "60+"),
        ((None, 9, 17), "NNA_SIN_GRUPO"),
        ((None, 9, 18), "NO_IDENTIFICADA"),
        ((None, 17, 29), "NO_IDENTIFICADA"),
        ((None, 18, 30), "ADULTA_SIN_GRUPO"),
        ((None, None, 11), "NNA_SIN_GRUPO"),
        ((None, 20, 10), "NO_IDENTIFICADA"),
        ((None, 18, 20), "18-29"),
        ((None, 48, None), "ADULTA_SIN_GRUPO"),
        ((None, None, 5), "0-5"),
        ((None, 16, 19), "NO_IDENTIFICADA"),
        ((None, None, None), "NO_IDENTIFICADA"),
        ((15, 30, 40), "12-17"),
    ],
)
def test_age_groups(age: tuple[int | None, int | None, int | None], group: str) -> None:
    assert age_group(*age) == group


@given(ages, ages, ages)
def test_an_age_group_always_exists(years: int | None, low: int | None, high: int | None) -> None:
    assert age_group(years, low, high) in workload_v1().dimensions["grupo_edad"].labels


def test_shared_margins() -> None:
    workload = workload_v1()
    t0, t1, t2, t3, t4 = workload.tables
    assert workload.shared(t1, t4) == ("departamento",)
    assert set(workload.shared(t2, t3)) == {"sexo", "mayoria_edad"}
    assert set(workload.shared(t3, t2)) == {"sexo", "mayoria_edad"}
    assert workload.shared(t0, t3) == ()
    assert workload.shared(t2, t4) == ("sexo",)
