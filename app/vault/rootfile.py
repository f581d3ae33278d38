"""The file of the root keys: 0600, replaced whole, never half written.

Losing it loses the register, and reading it reads the register: so a file that others can read is
refused, and every change is written aside, flushed to disk and put in place in one step.
"""

import base64
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from app.vault.errors import RootKeyError, UnknownKey

__all__ = ["RootFile", "add_key", "create_file", "drop_key", "read_file"]

_FORMAT: Final = "ruv-root-1"
_KEY_BYTES: Final = 32
_LARGEST: Final = 65_536


class RootFile(NamedTuple):
    """Content of the file: the id in use and every key by id, oldest first."""

    current: str
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"<RootFile {self.current}>"


def read_file(path: Path) -> RootFile:
    """Read the root keys.

    Raises:
        RootKeyError: missing, unreadable, badly formed, of another owner, or open to group or others.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise RootKeyError("No existe el archivo de la llave raíz.") from None
    except OSError:
        raise RootKeyError("No se puede leer el archivo de la llave raíz.") from None
    try:
        # On the open file, not its name: what is checked is what is read.
        _refuse_exposed(os.fstat(handle))
        return _parse(os.read(handle, _LARGEST))
    finally:
        os.close(handle)


def _refuse_exposed(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RootKeyError("La llave raíz debe ser un archivo regular.")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise RootKeyError(
            "Otras cuentas pueden leer el archivo de la llave raíz; "
            "quíteles el permiso (chmod 600) y considere rotar la llave."
        )
    if os.geteuid() != 0 and status.st_uid not in (0, os.geteuid()):
        raise RootKeyError("El archivo de la llave raíz pertenece a otra cuenta.")


def _parse(raw: bytes) -> RootFile:
    try:
        data = json.loads(raw)
        keys = {str(key_id): base64.b64decode(key, validate=True) for key_id, key in data["keys"].items()}
        content = RootFile(data["current"], keys)
        well_formed = data["format"] == _FORMAT and content.current in keys
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        well_formed = False
    # Raised here, outside the handler: a parser's error would carry the file's text along.
    if not well_formed or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise RootKeyError("El archivo de la llave raíz está dañado o no tiene el formato esperado.")
    return content


def _with_new_key(keys: dict[str, bytes]) -> RootFile:
    key_id = "file-" + secrets.token_hex(6)
    return RootFile(key_id, {**keys, key_id: os.urandom(_KEY_BYTES)})


def create_file(path: Path) -> None:
    """Make the file with one new key.

    Raises:
        FileExistsError: there is one already.
        RootKeyError: it cannot be written.
    """
    with _writing("crear"):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = _write_aside(path, _with_new_key({}))
        try:
            os.link(aside, path)  # unlike a rename, refuses to replace what is there
            taken = False
        except FileExistsError:
            taken = True
        finally:
            aside.unlink()
        _flush_directory(path.parent)
    if taken:
        raise FileExistsError(path)


def add_key(path: Path) -> RootFile:
    """Add a key, make it the current one, and return the new content. Raises: RootKeyError."""
    with _locked(path):
        content = _with_new_key(read_file(path).keys)
        _replace(path, content)
        return content


def drop_key(path: Path, key_id: str) -> RootFile:
    """Remove an older key and return the new content.

    Raises:
        UnknownKey: no such key.
        RootKeyError: it is the current one, or the file cannot be written.
    """
    with _locked(path):
        content = read_file(path)
        if key_id not in content.keys:
            raise UnknownKey
        if key_id == content.current:
            raise RootKeyError("No se puede destruir la llave raíz en uso.")
        del content.keys[key_id]
        _replace(path, content)
        return content


def _replace(path: Path, content: RootFile) -> None:
    with _writing("actualizar"):
        aside = _write_aside(path, content)
        aside.replace(path)
        _flush_directory(path.parent)


def _write_aside(path: Path, content: RootFile) -> Path:
    aside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    keys = {key_id: base64.b64encode(key).decode() for key_id, key in content.keys.items()}
    text = json.dumps({"format": _FORMAT, "current": content.current, "keys": keys}, indent=1)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        aside.unlink(missing_ok=True)  # a full disk leaves no stray copy of the keys
        raise
    return aside


def _flush_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _writing(verb: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise RootKeyError(f"No se puede {verb} el archivo de la llave raíz.") from None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Two rotations at once would each write the file without the other's key."""
    with _writing("actualizar"):
        handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
