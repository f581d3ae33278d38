"""Which operating-system account runs the server, and what that account can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.postgres.errors import AccountError

FALLBACK_ACCOUNT = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the operating system; `switch` says that the child has to change to it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Keyword arguments of `subprocess` that make the child run as this account."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _by_name(name: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise AccountError(f"La cuenta del sistema «{name}» no existe; créela o elija otra.") from None


def _by_uid(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise AccountError(
            f"El usuario {uid} no tiene entrada en /etc/passwd y PostgreSQL la exige; "
            "añádala o use RUV_DATABASE_URL con un servidor propio."
        ) from None


def current_account() -> Account:
    """The account of this process.

    Raises:
        AccountError: it has no entry in the user database, without which neither PostgreSQL starts
            nor peer authentication works.
    """
    entry = _by_uid(os.geteuid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)


def server_account(wanted: str | None, data_dir: Path, pgdata: Path) -> Account:
    """Choose the account of the server: a plain user's own; for root never root itself.

    Root takes the owner of the data that is there, else the account `wanted`, else the owner of the
    folder, else `nobody`: PostgreSQL refuses to run as root, and a data directory never changes hands.

    Raises:
        AccountError: the account is unknown, is root, or is not the owner of the existing data.
    """
    if os.geteuid() != 0:
        return current_account()
    owner = pgdata.stat().st_uid if pgdata.exists() else data_dir.stat().st_uid
    if owner != 0:
        entry = _by_uid(owner)
        if wanted not in (None, entry.pw_name):
            raise AccountError(
                f"Los datos pertenecen a la cuenta «{entry.pw_name}», no a «{wanted}»; "
                "quite RUV_POSTGRES_ACCOUNT o cambie el dueño con el servidor detenido."
            )
    else:
        entry = _by_name(wanted or FALLBACK_ACCOUNT)
    if entry.pw_uid == 0:
        raise AccountError(
            "PostgreSQL no puede ejecutarse como root; elija otra cuenta en RUV_POSTGRES_ACCOUNT."
        )
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _allowed(path: Path, account: Account, bits: int) -> bool:
    info = path.stat()
    mode = info.st_mode
    if info.st_uid == account.uid:
        return (mode >> 6) & bits == bits
    if info.st_gid == account.gid:
        return (mode >> 3) & bits == bits
    return mode & bits == bits


def can_reach(path: Path, account: Account) -> bool:
    """Whether the account can read `path` and pass every folder above it.

    Judged by the mode bits alone: rights given by an access list count as absent, which only makes
    the caller take its more careful way.
    """
    if not account.switch:
        return True
    real = path.resolve()
    if not all(_allowed(parent, account, stat.S_IXOTH) for parent in real.parents):
        return False
    bits = stat.S_IROTH | (stat.S_IXOTH if real.is_dir() else 0)
    return _allowed(real, account, bits)
