"""The ring: stored ids decide which key opens what; nothing is tried, nothing is shown."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vault import (
    Dek,
    FileRoot,
    KeyBroken,
    Keyring,
    Place,
    UnknownKey,
    WrappedKey,
    new_wrapped_key,
    rewrap_key,
    seal,
    unseal,
)


def _same_key(one: Dek, other: Dek) -> bool:
    return one.aead.decrypt(b"n" * 12, other.aead.encrypt(b"n" * 12, b"dato", None), None) == b"dato"


def test_a_data_key_comes_back(ring: Keyring) -> None:
    dek, kek_id, wrapped = ring.new_dek("health", 7)
    assert kek_id == 11, "the newest KEK of the compartment wraps"
    assert len(wrapped) == 60
    assert _same_key(dek, ring.open_dek("health", 7, 1, kek_id, wrapped))


def test_data_keys_differ(ring: Keyring) -> None:
    sealed = set()
    for compartment, victim in (("health", 7), ("health", 7), ("health", 8), ("legal", 7)):
        dek, _, wrapped = ring.new_dek(compartment, victim)
        sealed |= {dek.aead.encrypt(b"n" * 12, b"dato", None), wrapped[12:]}
    assert len(sealed) == 8


@pytest.mark.parametrize(
    ("compartment", "victim_id", "version", "kek_id"),
    [("health", 8, 1, 11), ("health", 7, 2, 11), ("health", 7, 1, 10)],
    ids=["person", "version", "another KEK of the compartment"],
)
def test_a_moved_data_key_does_not_open(
    ring: Keyring, compartment: str, victim_id: int, version: int, kek_id: int
) -> None:
    _, _, wrapped = ring.new_dek("health", 7)
    with pytest.raises(KeyBroken):
        ring.open_dek(compartment, victim_id, version, kek_id, wrapped)


def test_no_other_key_is_tried(root: FileRoot, ring: Keyring, rows: list[WrappedKey]) -> None:
    _, kek_id, wrapped = ring.new_dek("health", 7)
    for wrong in set(range(20)) - {10, 11}:  # unknown ids, secrets and KEKs of another compartment
        with pytest.raises(UnknownKey):
            ring.open_dek("health", 7, 1, wrong, wrapped)
    without = Keyring(root, [row for row in rows if row.id != kek_id])
    with pytest.raises(UnknownKey):
        without.open_dek("health", 7, 1, kek_id, wrapped)
    # The very key under another id: it could open, were it tried and the id not bound.
    renamed = Keyring(root, [replace(row, id=99) for row in rows if row.id == kek_id])
    with pytest.raises(UnknownKey):
        renamed.open_dek("health", 7, 1, kek_id, wrapped)
    with pytest.raises(KeyBroken):
        renamed.open_dek("health", 7, 1, 99, wrapped)


def test_a_compartment_never_given_stays_closed(root: FileRoot, rows: list[WrappedKey]) -> None:
    _, kek_id, wrapped = Keyring(root, rows).new_dek("legal", 7)
    partial = Keyring(root, [row for row in rows if row.purpose != "legal"])
    assert partial.purposes() == {"health", "audit"}
    with pytest.raises(UnknownKey):
        partial.open_dek("legal", 7, 1, kek_id, wrapped)
    with pytest.raises(UnknownKey):
        partial.new_dek("legal", 7)


def test_every_flipped_bit_and_length_of_a_wrapped_key_is_noticed(ring: Keyring) -> None:
    _, kek_id, wrapped = ring.new_dek("health", 7)
    broken = [wrapped[:length] for length in range(60)] + [wrapped + b"\0", bytearray(wrapped), None, ""]
    for bit in range(480):
        flipped = bytearray(wrapped)
        flipped[bit // 8] ^= 1 << bit % 8
        broken.append(bytes(flipped))
    for one in broken:
        with pytest.raises(KeyBroken):
            ring.open_dek("health", 7, 1, kek_id, one)  # type: ignore[arg-type]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(min_size=60, max_size=60))
def test_garbage_is_a_broken_key(ring: Keyring, raw: bytes) -> None:
    with pytest.raises(KeyBroken):
        ring.open_dek("health", 7, 1, 10, raw)


def test_ids_out_of_range(ring: Keyring) -> None:
    with pytest.raises(ValueError, match="out of range"):
        ring.new_dek("health", -1)
    with pytest.raises(KeyBroken):
        ring.open_dek("health", -1, 1, 10, bytes(60))


def test_kek_rotation_rewraps_and_leaves_data_alone(root: FileRoot, rows: list[WrappedKey]) -> None:
    place = Place("victim_blob", "health", 7, 1, 1, 1)
    dek, old_id, old_wrapped = Keyring(root, rows).new_dek("health", 7)
    sealed = seal(dek, place, b"dato")
    newer = [*rows, replace(new_wrapped_key(root, "health", 3), id=30)]
    ring = Keyring(root, newer)
    new_id, new_wrapped = ring.rewrap_dek("health", 7, 1, old_id, old_wrapped)
    assert (old_id, new_id) == (11, 30)
    for kek_id, wrapped in ((old_id, old_wrapped), (new_id, new_wrapped)):  # both valid meanwhile
        assert unseal(ring.open_dek("health", 7, 1, kek_id, wrapped), place, sealed) == b"dato"
    assert ring.rewrap_dek("health", 7, 1, new_id, new_wrapped) == (new_id, new_wrapped)
    destroyed = Keyring(root, [row for row in newer if row.id != old_id])
    assert unseal(destroyed.open_dek("health", 7, 1, new_id, new_wrapped), place, sealed) == b"dato"
    with pytest.raises(UnknownKey):
        destroyed.open_dek("health", 7, 1, old_id, old_wrapped)
    with pytest.raises(KeyBroken):
        ring.rewrap_dek("health", 8, 1, old_id, old_wrapped)


def test_root_rotation_rewraps_and_the_old_root_can_go(root: FileRoot, rows: list[WrappedKey]) -> None:
    _, kek_id, wrapped = Keyring(root, rows).new_dek("health", 7)
    old, new = root.current_id(), root.rotate()
    assert old != new
    Keyring(root, rows).open_dek("health", 7, 1, kek_id, wrapped)  # both valid meanwhile
    moved = [rewrap_key(root, row) for row in rows]
    assert {row.root_key_id for row in moved} == {new}
    assert [(row.id, row.purpose, row.version) for row in moved] == [
        (row.id, row.purpose, row.version) for row in rows
    ]
    assert [rewrap_key(root, row) for row in moved] == moved
    root.forget(old)
    Keyring(root, moved).open_dek("health", 7, 1, kek_id, wrapped)
    with pytest.raises(UnknownKey):
        Keyring(root, rows)


@pytest.mark.parametrize("change", [{"purpose": "legal"}, {"version": 9}, {"wrapped": bytes(60)}])
def test_a_moved_row_does_not_open(root: FileRoot, rows: list[WrappedKey], change: dict[str, object]) -> None:
    with pytest.raises(KeyBroken):
        Keyring(root, [replace(rows[0], **change)])  # type: ignore[arg-type]


def test_rows_of_another_root_do_not_open(tmp_path: Path, rows: list[WrappedKey]) -> None:
    other = FileRoot.create(tmp_path / "other")
    with pytest.raises(UnknownKey):
        Keyring(other, rows)
    with pytest.raises(KeyBroken):
        Keyring(other, [replace(rows[0], root_key_id=other.current_id())])


def test_two_rows_of_one_id_or_version(root: FileRoot, rows: list[WrappedKey]) -> None:
    for twin in (replace(new_wrapped_key(root, "health", 5), id=10), replace(rows[0], id=50)):
        with pytest.raises(ValueError, match="share"):
            Keyring(root, [*rows, twin])


def test_secrets(root: FileRoot, ring: Keyring) -> None:
    assert ring.secret("audit") == ring.secret("audit", 15) != ring.secret("audit", 14)
    assert ring.current_id("audit") == 15
    assert len(ring.secret("audit")) == 32
    for purpose, key_id in (("health", None), ("health", 11), ("audit", 11), ("index", 15), ("index", None)):
        with pytest.raises(UnknownKey):
            ring.secret(purpose, key_id)
    with pytest.raises(UnknownKey):
        ring.new_dek("audit", 7)
    given_bytes = replace(new_wrapped_key(root, "token", 1, secret=b"-----BEGIN"), id=1)
    assert Keyring(root, [given_bytes]).secret("token") == b"-----BEGIN"
    with pytest.raises(ValueError, match="random"):
        new_wrapped_key(root, "health", 1, secret=b"x" * 32)


def test_the_order_of_rows_does_not_matter(root: FileRoot, rows: list[WrappedKey]) -> None:
    assert Keyring(root, reversed(rows)).current_id("health") == 11


def test_repr_and_pickle_show_no_key(root: FileRoot, ring: Keyring, rows: list[WrappedKey]) -> None:
    dek, _, wrapped = ring.new_dek("health", 7)
    shown = repr((ring, dek, rows, root))
    keys = [ring.secret("audit"), wrapped, *(row.wrapped for row in rows)]
    assert "<Keyring 4 KEK, 2 secrets>" in shown
    assert "<Dek health v1>" in shown
    assert not any(repr(key)[2:-1] in shown or key.hex() in shown for key in keys)
    assert "wrapped" not in shown
    for holder in (ring, dek):
        with pytest.raises(TypeError):
            pickle.dumps(holder)


def test_a_key_made_later_is_adopted_once(root: FileRoot, rows: list[WrappedKey]) -> None:
    ring = Keyring(root, rows)
    later = replace(new_wrapped_key(root, "audit", 9), id=90)
    old = ring.secret("audit")
    assert not ring.holds(90)
    ring.adopt([*rows, later])
    ring.adopt([later])
    assert ring.holds(90)
    assert ring.secret("audit") == ring.secret("audit", 90) != old
    clash = replace(new_wrapped_key(root, "audit", 9), id=91)
    with pytest.raises(ValueError, match="share"):
        ring.adopt([clash])
