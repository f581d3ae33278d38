"""The root key: outside the database, it only wraps the few keys of the ring."""

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault.binding import length_prefixed
from app.vault.errors import KeyBroken, RootKeyError, UnknownKey
from app.vault.rootfile import RootFile, add_key, create_file, drop_key, read_file

__all__ = ["EnvRoot", "FileRoot", "RootKey", "root_from"]

_TAG: Final = b"ruv/v1/root"
_NONCE: Final = 12
_KEY_BYTES: Final = 32


class RootKey(Protocol):
    """What a provider of the root key offers; called a few times at start, never for a record."""

    def current_id(self) -> str:
        """The id of the key that `wrap` uses; stored beside what it wraps."""
        ...

    def wrap(self, plaintext: bytes, context: bytes) -> bytes:
        """Wrap a key under the current root key, bound to the context."""
        ...

    def unwrap(self, wrapped: bytes, context: bytes, key_id: str) -> bytes:
        """Open a key with the root key of this id, and no other.

        Raises:
            UnknownKey: the provider has no root key of this id.
            KeyBroken: altered, or wrapped for another context.
        """
        ...


class _LocalRoot:
    """Root keys held by this process."""

    __slots__ = ("_current", "_keys")

    def __init__(self, current: str, keys: dict[str, bytes]) -> None:
        self._current = current
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._current}>"

    def current_id(self) -> str:
        """The id of the root key that `wrap` uses."""
        return self._current

    def wrap(self, plaintext: bytes, context: bytes) -> bytes:
        """Wrap a key under the current root key, bound to the context."""
        nonce = os.urandom(_NONCE)
        aad = length_prefixed(_TAG, self._current.encode(), context)
        return nonce + self._keys[self._current].encrypt(nonce, plaintext, aad)

    def unwrap(self, wrapped: bytes, context: bytes, key_id: str) -> bytes:
        """Open a key with the root key of this id, and no other. Raises: UnknownKey, KeyBroken."""
        key = self._keys.get(key_id)
        if key is None:
            raise UnknownKey
        if type(wrapped) is not bytes or len(wrapped) < _NONCE + 16:
            raise KeyBroken
        try:
            aad = length_prefixed(_TAG, key_id.encode(), context)
            return key.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], aad)
        except InvalidTag:
            raise KeyBroken from None


class FileRoot(_LocalRoot):
    """Root keys in one file that only its owner can read; several, so that the root can be rotated."""

    __slots__ = ("_path",)

    def __init__(self, path: Path | str) -> None:
        """Read the file.

        Raises:
            RootKeyError: missing, badly formed, or readable by group or others.
        """
        self._path = Path(path)
        self._load(read_file(self._path))

    def _load(self, content: RootFile) -> None:
        _LocalRoot.__init__(self, content.current, content.keys)

    @classmethod
    def create(cls, path: Path | str) -> "FileRoot":
        """Make the file with one new key: complete and on disk, or not there at all.

        Raises:
            FileExistsError: there is one already; it is left as it was.
            RootKeyError: the file cannot be written.
        """
        create_file(Path(path))
        return cls(path)

    @classmethod
    def open_or_create(cls, path: Path | str) -> "FileRoot":
        """Read the file, or make it; safe when several processes start at once. Raises: RootKeyError."""
        try:
            return cls.create(path)
        except FileExistsError:
            return cls(path)

    def rotate(self) -> str:
        """Add a new key to the file and use it from now on; older ones still open. Returns its id.

        Raises:
            RootKeyError: the file cannot be read or written.
        """
        self._load(add_key(self._path))
        return self.current_id()

    def forget(self, key_id: str) -> None:
        """Destroy an older key; what is still wrapped under it is lost for good.

        Raises:
            UnknownKey: the file has no such key.
            RootKeyError: it is the current one, or the file cannot be written.
        """
        self._load(drop_key(self._path, key_id))

    def key_ids(self) -> tuple[str, ...]:
        """The ids of the keys in the file, oldest first."""
        return tuple(self._keys)


class EnvRoot(_LocalRoot):
    """One root key from a setting. For development: an environment is read by too many."""

    __slots__ = ()

    def __init__(self, value: str) -> None:
        """Take a key of 32 bytes in base64 (standard or URL alphabet).

        Raises:
            RootKeyError: it is not that.
        """
        key = _decoded(value)
        if len(key) != _KEY_BYTES:
            raise RootKeyError("La llave raíz debe tener 32 bytes en base64.")
        key_id = "env-" + hashlib.sha256(b"ruv/v1/root-id" + key).hexdigest()[:12]
        super().__init__(key_id, {key_id: key})


def _decoded(value: str) -> bytes:
    try:
        text = value.strip().translate(str.maketrans("-_", "+/"))
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def root_from(provider: str, *, path: Path | str | None = None, value: str | None = None) -> RootKey:
    """The root key of a provider: `file` (needs `path`) or `env` (needs `value`).

    Raises:
        RootKeyError: unknown provider, missing argument, or the key cannot be used.
    """
    if provider == "file":
        if path is None:
            raise RootKeyError("Falta la ruta del archivo de la llave raíz.")
        return FileRoot(path)
    if provider == "env":
        if not value:
            raise RootKeyError("Falta la llave raíz en la configuración.")
        return EnvRoot(value)
    raise RootKeyError("Proveedor de llave raíz desconocido; use «file» o «env».")
