"""Padding: lengths go in steps, and only what `pad` makes is accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.padding import pad, padded_length, unpad


@given(st.binary(max_size=3000))
def test_content_comes_back(content: bytes) -> None:
    padded = pad(content)
    assert unpad(padded) == content
    assert len(padded) == padded_length(len(content))


@given(st.integers(0, 100_000))
def test_lengths_go_in_steps(length: int) -> None:
    size = padded_length(length)
    assert length + 4 <= size
    assert size % (64 if size <= 1024 else 256) == 0
    assert size - (length + 4) < (64 if size <= 1024 else 256)


def test_a_short_and_a_shorter_name_look_alike() -> None:
    assert len(pad(b"Ana")) == len(pad(b"Maria de los Angeles Quispe Huaman")) == 64
    assert [padded_length(n) for n in (60, 61, 1020, 1021)] == [64, 128, 1024, 1280]


@given(st.binary(max_size=300))
def test_only_what_pad_makes_is_accepted(raw: bytes) -> None:
    try:
        content = unpad(raw)
    except ValueError:
        return
    assert pad(content) == raw


@pytest.mark.parametrize(
    "raw", [b"", b"\0", b"\0" * 63, b"\0" * 128, b"\0\0\0\x01" + b"a" + b"\0" * 58 + b"\1", b"\xff" * 64]
)
def test_odd_paddings_are_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="padd"):
        unpad(raw)
