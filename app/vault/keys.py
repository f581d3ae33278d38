"""Keys in memory: one key-encryption key (KEK) a compartment, one data key (DEK) a person and compartment.

The root key only wraps the few KEKs and secrets, which are unwrapped once, when the ring is made. A DEK is
random, never derived: whoever holds the key of one compartment holds nothing of another. Stored key ids
say which key opens what; no other key is ever tried.
"""

import os
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.binding import U64, length_prefixed, static_parts
from app.vault.errors import KeyBroken, UnknownKey
from app.vault.roots import RootKey

__all__ = ["SECRET_PURPOSES", "Dek", "Keyring", "WrappedKey", "new_wrapped_key", "rewrap_key"]

SECRET_PURPOSES: Final = frozenset({"audit", "index", "digest", "context", "token", "outbox"})
"""Purposes whose key is handed out as bytes (HMAC, signing); every other purpose is a compartment."""

_KEY_TAG: Final = b"ruv/v1/key"
_DEK_TAG: Final = "ruv/v1/dek"
_NUMBERS: Final = struct.Struct(">HQHQHQ")
_NONCE: Final = 12
_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A KEK or secret as stored: wrapped under the root key `root_key_id`. `id` is 0 until stored."""

    id: int
    purpose: str
    version: int
    root_key_id: str
    wrapped: bytes = field(repr=False)


class Dek:
    """The data key of one person and compartment; holds the cipher, never the key's bytes."""

    __slots__ = ("aead", "compartment", "version", "victim_id")

    def __init__(self, compartment: str, victim_id: int, version: int, aead: AESGCM) -> None:
        self.compartment = compartment
        self.victim_id = victim_id
        self.version = version
        self.aead = aead

    def __repr__(self) -> str:
        return f"<Dek {self.compartment} v{self.version}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not serialised")


def _key_context(purpose: str, version: int) -> bytes:
    return length_prefixed(_KEY_TAG, purpose.encode(), version.to_bytes(U64, "big"))


def new_wrapped_key(root: RootKey, purpose: str, version: int, secret: bytes | None = None) -> WrappedKey:
    """Make a key for a purpose and wrap it under the current root key; the caller stores it.

    Args:
        root: the root key provider.
        purpose: a compartment, or one of `SECRET_PURPOSES`.
        version: from 1, one more than the last.
        secret: for secret purposes only, bytes made elsewhere (a signing key); else 32 random bytes.

    Raises:
        ValueError: bytes were given for a compartment.
    """
    if secret is not None and purpose not in SECRET_PURPOSES:
        raise ValueError("a compartment key is always random")
    root_key_id = root.current_id()
    key = os.urandom(_KEY_BYTES) if secret is None else secret
    return WrappedKey(0, purpose, version, root_key_id, root.wrap(key, _key_context(purpose, version)))


def rewrap_key(root: RootKey, row: WrappedKey) -> WrappedKey:
    """The same key under the current root key (root rotation); unchanged where it already is.

    Raises:
        KeyBroken, UnknownKey: the row does not open.
    """
    root_key_id = root.current_id()
    if row.root_key_id == root_key_id:
        return row
    context = _key_context(row.purpose, row.version)
    key = root.unwrap(row.wrapped, context, row.root_key_id)
    return WrappedKey(row.id, row.purpose, row.version, root_key_id, root.wrap(key, context))


class Keyring:
    """The KEKs and secrets this process was given, opened; safe to share between threads."""

    __slots__ = ("_adding", "_current", "_keks", "_root", "_secrets", "_seen")

    def __init__(self, root: RootKey, rows: Iterable[WrappedKey]) -> None:
        """Open every row.

        Raises:
            KeyBroken, UnknownKey: a row does not open under the root key it names.
            ValueError: two rows share an id, or a purpose and version.
        """
        self._keks: dict[int, tuple[str, AESGCM]] = {}
        self._secrets: dict[int, tuple[str, bytes]] = {}
        self._current: dict[str, tuple[int, int]] = {}
        self._seen: set[tuple[str, int]] = set()
        self._root = root
        self._adding = threading.Lock()
        for row in rows:
            self._add(row)

    def adopt(self, rows: Iterable[WrappedKey]) -> None:
        """Open keys made since the ring was; those it holds already are left alone.

        Raises:
            KeyBroken, UnknownKey, ValueError: as when the ring is made.
        """
        with self._adding:
            for row in rows:
                if row.id not in self._keks and row.id not in self._secrets:
                    self._add(row)

    def _add(self, row: WrappedKey) -> None:
        if row.id in self._keks or row.id in self._secrets or (row.purpose, row.version) in self._seen:
            raise ValueError("two keys share an id or a version")
        key = self._root.unwrap(row.wrapped, _key_context(row.purpose, row.version), row.root_key_id)
        self._seen.add((row.purpose, row.version))
        if row.purpose in SECRET_PURPOSES:
            self._secrets[row.id] = (row.purpose, key)
        elif len(key) == _KEY_BYTES:
            self._keks[row.id] = (row.purpose, AESGCM(key))
        else:
            raise KeyBroken
        if row.version > self._current.get(row.purpose, (0, -1))[1]:
            self._current[row.purpose] = (row.id, row.version)

    def __repr__(self) -> str:
        return f"<Keyring {len(self._keks)} KEK, {len(self._secrets)} secrets>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys are not serialised")

    def purposes(self) -> frozenset[str]:
        """The purposes this ring holds a key for."""
        return frozenset(self._current)

    def holds(self, key_id: int) -> bool:
        """Whether the ring holds the key with this stored id."""
        return key_id in self._secrets or key_id in self._keks

    def current_id(self, purpose: str) -> int:
        """The id of the newest key of a purpose; store it beside what the key made.

        Raises:
            UnknownKey: the ring has no key for this purpose.
        """
        try:
            return self._current[purpose][0]
        except KeyError:
            raise UnknownKey from None

    def secret(self, purpose: str, key_id: int | None = None) -> bytes:
        """The bytes of a secret: the newest, or the one with the stored id.

        Raises:
            UnknownKey: no such secret in this ring; compartments have none.
        """
        owner, key = self._secrets.get(self.current_id(purpose) if key_id is None else key_id, ("", b""))
        if owner != purpose:
            raise UnknownKey
        return key

    def new_dek(self, compartment: str, victim_id: int, version: int = 1) -> tuple[Dek, int, bytes]:
        """Draw a data key. Returns it, the id of the KEK that wrapped it, and the wrapped key (60 bytes).

        Raises:
            UnknownKey: the ring has no KEK for this compartment.
        """
        key = os.urandom(_KEY_BYTES)
        kek_id = self.current_id(compartment)
        wrapped = self._wrap(compartment, victim_id, version, kek_id, key)
        return Dek(compartment, victim_id, version, AESGCM(key)), kek_id, wrapped

    def open_dek(self, compartment: str, victim_id: int, version: int, kek_id: int, wrapped: bytes) -> Dek:
        """Open a stored data key with the KEK its row names, and no other.

        Raises:
            UnknownKey: that KEK is not in this ring, or is of another compartment.
            KeyBroken: the wrapped key is not the one of this person, compartment and version.
        """
        key = self._unwrap(compartment, victim_id, version, kek_id, wrapped)
        return Dek(compartment, victim_id, version, AESGCM(key))

    def rewrap_dek(
        self, compartment: str, victim_id: int, version: int, kek_id: int, wrapped: bytes
    ) -> tuple[int, bytes]:
        """The same data key under the newest KEK (KEK rotation); unchanged where it already is.

        Raises:
            UnknownKey, KeyBroken: as `open_dek`.
        """
        newest = self.current_id(compartment)
        key = self._unwrap(compartment, victim_id, version, kek_id, wrapped)
        if newest == kek_id:
            return kek_id, wrapped
        return newest, self._wrap(compartment, victim_id, version, newest, key)

    def _kek(self, compartment: str, kek_id: int) -> AESGCM:
        owner, kek = self._keks.get(kek_id, (None, None))
        if kek is None or owner != compartment:
            raise UnknownKey
        return kek

    def _wrap(self, compartment: str, victim_id: int, version: int, kek_id: int, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        aad = _dek_aad(compartment, victim_id, version, kek_id)
        return nonce + self._kek(compartment, kek_id).encrypt(nonce, key, aad)

    def _unwrap(self, compartment: str, victim_id: int, version: int, kek_id: int, wrapped: bytes) -> bytes:
        kek = self._kek(compartment, kek_id)
        if type(wrapped) is not bytes or len(wrapped) != _NONCE + _KEY_BYTES + 16:
            raise KeyBroken
        try:
            aad = _dek_aad(compartment, victim_id, version, kek_id)
            return kek.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
        except (InvalidTag, ValueError):
            raise KeyBroken from None


def _dek_aad(compartment: str, victim_id: int, version: int, kek_id: int) -> bytes:
    try:
        return static_parts(_DEK_TAG, compartment) + _NUMBERS.pack(U64, victim_id, U64, version, U64, kek_id)
    except struct.error:
        raise ValueError("an id or version of the key is out of range") from None
