"""Sealed values open in their place and nowhere else."""

import hashlib
import importlib
import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.states import CaseState
from app.vault import (
    Dek,
    Keyring,
    Place,
    SealBroken,
    blob_hash,
    key_version_of,
    open_json,
    open_text,
    seal,
    seal_json,
    seal_text,
    unseal,
)
from app.vault.padding import pad

PLACE = Place("victim_blob", "health", 7, 41, 3, 1)
MODULE = importlib.import_module("app.vault.seal")
SECRET = "Rosa Quispe, refugio de la calle Los Sauces"

# Every field changed alone, and two changed so that a plain concatenation would not notice.
MOVES = {
    "another table": PLACE._replace(table="plan_note"),
    "another compartment": PLACE._replace(compartment="legal"),
    "another person": PLACE._replace(victim_id=8),
    "another row": PLACE._replace(row_id=42),
    "a later version": PLACE._replace(row_version=4),
    "an earlier version": PLACE._replace(row_version=2),
    "another schema": PLACE._replace(schema_version=2),
    "shifted names": PLACE._replace(table="victim_blobh", compartment="ealth"),
    "shifted numbers": PLACE._replace(row_id=3, row_version=41),
}
shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def dek(ring: Keyring) -> Dek:
    return ring.new_dek("health", 7)[0]


def _opens(open_: Callable[[Dek, Place, bytes], object], dek: Dek, place: Place, sealed: bytes) -> bool:
    try:
        open_(dek, place, sealed)
    except SealBroken:
        return False
    return True


def _as_if_of(dek: Dek, place: Place) -> Dek:
    """The same key with the label of another place: only the associated data is left to object."""
    return Dek(place.compartment, place.victim_id, dek.version, dek.aead)


@pytest.mark.parametrize("move", MOVES)
def test_a_moved_value_does_not_open(dek: Dek, move: str) -> None:
    sealed = seal(dek, PLACE, b"dato")
    assert unseal(dek, PLACE, sealed) == b"dato"
    assert not _opens(unseal, _as_if_of(dek, MOVES[move]), MOVES[move], sealed)
    assert not _opens(unseal, dek, MOVES[move], sealed)


def test_sealing_without_binding_would_be_noticed(dek: Dek, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "_aad", lambda *_: b"")
    sealed = seal(dek, PLACE, b"dato")
    assert all(_opens(unseal, _as_if_of(dek, place), place, sealed) for place in MOVES.values())


def test_joining_names_without_lengths_would_be_noticed(dek: Dek, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "static_parts", lambda *parts: "".join(parts).encode())
    sealed = seal(dek, PLACE, b"dato")
    moved = MOVES["shifted names"]
    assert _opens(unseal, _as_if_of(dek, moved), moved, sealed)


def test_an_old_version_replayed_as_the_new_one_does_not_open(dek: Dek) -> None:
    old = seal_json(dek, PLACE, {"riesgo": "extremo"})
    seal_json(dek, PLACE._replace(row_version=4), {"riesgo": "bajo"})
    assert not _opens(open_json, dek, PLACE._replace(row_version=4), old)


def test_keys_of_another_person_compartment_or_version_do_not_open(ring: Keyring, dek: Dek) -> None:
    sealed = seal(dek, PLACE, b"dato")
    for other in (ring.new_dek("health", 7)[0], ring.new_dek("health", 8)[0], ring.new_dek("legal", 7)[0]):
        relabelled = Dek("health", 7, 1, other.aead)
        assert not _opens(unseal, other, PLACE, sealed)
        assert not _opens(unseal, relabelled, PLACE, sealed)
    assert not _opens(unseal, Dek("health", 7, 2, dek.aead), PLACE, sealed)


def test_the_stored_key_version_is_bound(dek: Dek) -> None:
    sealed = seal(dek, PLACE, b"dato")
    assert key_version_of(sealed) == 1
    forged = sealed[:1] + (2).to_bytes(4, "big") + sealed[5:]
    assert key_version_of(forged) == 2
    assert not _opens(unseal, Dek("health", 7, 2, dek.aead), PLACE, forged)


def test_every_truncation_and_extension_is_noticed(dek: Dek) -> None:
    sealed = seal_text(dek, PLACE, SECRET)
    for length in range(len(sealed)):
        assert not _opens(open_text, dek, PLACE, sealed[:length])
        assert not _opens(open_text, dek, PLACE, sealed[length + 1 :])
    assert not _opens(open_text, dek, PLACE, sealed + b"\0")


def test_every_flipped_bit_is_noticed(dek: Dek) -> None:
    sealed = seal(dek, PLACE, b"x" * 20)
    for bit in range(len(sealed) * 8):
        flipped = bytearray(sealed)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not _opens(unseal, dek, PLACE, bytes(flipped))


@shared
@given(raw=st.binary(max_size=200))
def test_garbage_is_one_exception(dek: Dek, raw: bytes) -> None:
    for open_ in (unseal, open_json, open_text):
        assert not _opens(open_, dek, PLACE, raw)


@pytest.mark.parametrize("value", [None, 7, "texto", bytearray(80), memoryview(bytes(80)), [], {}])
def test_a_wrong_type_is_the_same_exception(dek: Dek, value: Any) -> None:
    for open_ in (unseal, open_json, open_text):
        assert not _opens(open_, dek, PLACE, value)
    with pytest.raises(SealBroken):
        key_version_of(value)


def test_sealing_with_the_key_of_another_place_is_refused(ring: Keyring, dek: Dek) -> None:
    for place in (MOVES["another person"], MOVES["another compartment"]):
        with pytest.raises(ValueError, match="does not belong"):
            seal(dek, place, b"dato")


@pytest.mark.parametrize("number", [-1, 2**64])
def test_ids_out_of_range(dek: Dek, number: int) -> None:
    with pytest.raises(ValueError, match="out of range"):
        seal(dek, PLACE._replace(row_id=number), b"dato")
    assert not _opens(unseal, dek, PLACE._replace(row_id=number), seal(dek, PLACE, b"dato"))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=10,
)  # fmt: skip


@shared
@given(record=st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=10), json_values, max_size=5))
def test_records_come_back(dek: Dek, record: dict[str, Any]) -> None:
    assert open_json(dek, PLACE, seal_json(dek, PLACE, record)) == record


def test_a_code_is_sealed_as_its_text(dek: Dek) -> None:
    named, plain = (
        {"state": CaseState.LEFT, CaseState.ALERT: [CaseState.CLOSED]},
        {"state": "EGRESO_NO_AUTORIZADO", "ALERTA": ["CERRADO"]},
    )
    sealed = [seal_json(dek, PLACE, value) for value in (named, plain)]
    assert unseal(dek, PLACE, sealed[0]) == unseal(dek, PLACE, sealed[1])
    assert open_json(dek, PLACE, sealed[0]) == plain


@shared
@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_texts_come_back(dek: Dek, text: str) -> None:
    assert open_text(dek, PLACE, seal_text(dek, PLACE, text)) == text


def test_equal_records_differ_once_sealed_and_short_ones_weigh_the_same(dek: Dek) -> None:
    sealed = {seal_json(dek, PLACE, {"nombre": "Ana"}) for _ in range(50)}
    sealed.add(seal_json(dek, PLACE, {"nombre": "Maximiliana"}))
    assert len(sealed) == 51
    assert {len(one) for one in sealed} == {1 + 4 + 12 + 64 + 16}


@pytest.mark.parametrize("content", [b"[]", b"7", b"null", b"{", b'{"a":1} ', b"\xff", b"[" * 20_000])
def test_sealed_but_not_a_record(dek: Dek, content: bytes) -> None:
    assert not _opens(open_json, dek, PLACE, seal(dek, PLACE, pad(content)))


def test_sealed_but_not_padded_or_not_text(dek: Dek) -> None:
    assert not _opens(open_json, dek, PLACE, seal(dek, PLACE, b"{}"))
    assert not _opens(open_text, dek, PLACE, seal(dek, PLACE, pad(b"\xff")))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_no_json_is_refused(dek: Dek, value: Any) -> None:
    with pytest.raises(ValueError, match=r"JSON|surrogates"):
        seal_json(dek, PLACE, {"campo": value})


def test_no_error_carries_the_opened_text(dek: Dek) -> None:
    attempts: tuple[Callable[[], object], ...] = (
        lambda: open_json(dek, PLACE, seal_text(dek, PLACE, SECRET)),
        lambda: open_json(dek, PLACE, seal_text(dek, PLACE, '{"a":1}' + SECRET)),
        lambda: open_text(dek, PLACE, seal(dek, PLACE, pad(SECRET.encode() + b"\xff"))),
        lambda: seal_text(dek, PLACE, SECRET + "\ud800"),
        lambda: seal_json(dek, PLACE, {"nombre": SECRET + "\ud800"}),
    )
    for attempt in attempts:
        with pytest.raises((SealBroken, ValueError)) as caught:
            attempt()
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
        assert SECRET not in repr(caught.value) + "".join(traceback.format_exception_only(caught.value))


def test_nothing_is_logged(dek: Dek, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        open_text(dek, PLACE, seal_text(dek, PLACE, SECRET))
        _opens(open_text, dek, MOVES["another row"], seal_text(dek, PLACE, SECRET))
    assert not caplog.records


def test_blob_hash(dek: Dek) -> None:
    sealed = seal(dek, PLACE, b"dato")
    assert blob_hash(sealed) == hashlib.sha256(sealed).digest()
