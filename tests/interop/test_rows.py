"""Reading foreign files: shape, encoding, keys of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.services.interop.rows import Row, RowKeys, content_of, read_rows, survey


def file(folder: Path, content: str | bytes, name: str = "filas.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_cells_are_stripped_and_empty_ones_do_not_exist(tmp_path: Path) -> None:
    path = file(tmp_path, "\ufeffa,b,c\r\n 1 ,,3\r\n,,\r\n\r\n4,5,6\r\n")
    assert list(read_rows(path)) == [Row(2, {"a": "1", "c": "3"}), Row(5, {"a": "4", "b": "5", "c": "6"})]
    found = survey(path)
    assert (found.columns, found.rows, found.filled["b"]) == (("a", "b", "c"), 2, 1)


def test_a_row_is_named_by_the_line_it_begins_at(tmp_path: Path) -> None:
    path = file(tmp_path, 'a,b\n"x\ny",1\n2,3\n')
    assert [row.line for row in read_rows(path)] == [2, 4]


@pytest.mark.parametrize("line", ["1", "1,2,3"])
def test_a_row_of_another_shape_is_broken_and_the_next_is_not(tmp_path: Path, line: str) -> None:
    rows = list(read_rows(file(tmp_path, f"a,b\n{line}\n4,5\n")))
    assert [row.broken for row in rows] == ["columns", None]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"a,a\n1,2\n", "repeated-column"),
        (b"a,b\n1,\xff\n", "not-utf8"),
        (b'a,b\n1,"2', "broken-csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_without_repeating_it(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        survey(file(tmp_path, content))
    assert [e["code"] for e in refused.value.errors] == [code]
    assert refused.value.__cause__ is None


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        survey(tmp_path / "nada.csv")


def test_json_is_a_list_of_flat_objects(tmp_path: Path) -> None:
    items = [{"a": " x ", "b": None, "c": True, "d": 3, "e": ["u", "v;w"]}, {"a": {"b": 1}}, {"a": ""}]
    rows = list(read_rows(file(tmp_path, json.dumps(items), "f.json")))
    assert rows == [Row(1, {"a": "x", "c": "true", "d": "3", "e": "u;v\\;w"}), Row(2, {}, "columns")]


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[" * 100_000])
def test_other_json_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(Invalid):
        list(read_rows(file(tmp_path, content, "f.json")))


contents = st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), min_size=1), max_size=8)


@given(contents, st.randoms(use_true_random=False))
def test_the_same_rows_in_any_order_have_the_same_keys_and_no_two_share_one(
    rows: list[dict[str, str]], draw: object
) -> None:
    shuffled = [dict(reversed(row.items())) for row in rows]
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    keys = [keyed(b"k" * 32, "S", one) for one in (rows, shuffled)]
    assert sorted(keys[0]) == sorted(keys[1])
    assert len(set(keys[0])) == len(rows)


def test_keys_depend_on_secret_and_source() -> None:
    rows = [{"a": "x"}]
    found = {tuple(keyed(s * 32, n, rows)) for s, n in ((b"k", "S"), (b"k", "T"), (b"l", "S"))}
    assert len(found) == 3


def keyed(secret: bytes, source: str, rows: list[dict[str, str]]) -> list[bytes]:
    keys = RowKeys(secret, source)
    return [keys.key(content_of(row)) for row in rows]
