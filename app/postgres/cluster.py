"""The cluster on disk: creation, configuration, who may connect.

No TCP, no passwords: the kernel names the user at the other end of the unix socket (`peer`), and the ident
map says which database roles that user may take.
"""

import locale
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path
from typing import Final

from app.postgres.accounts import FALLBACK_ACCOUNT, Account, can_reach
from app.postgres.binaries import Binaries
from app.postgres.errors import ServerStartError, VersionError
from app.postgres.layout import Layout
from app.postgres.names import ROLES, SUPERUSER

_BUILTIN_LOCALE_SINCE = 17

#: Defaults the operator may change in `pgdata/local.conf`.
DEFAULTS: Final = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "client_encoding": "UTF8",
    "log_line_prefix": "%m [%p] ",
    "log_startup_progress_interval": "1s",
    "idle_in_transaction_session_timeout": "5min",
    "password_encryption": "scram-sha-256",
}

#: Fixed on the command line, which beats every file and ALTER SYSTEM. Durability, no network, and a log
#: without one value of a row: no statements, no parameters, no DETAIL lines, and no ERROR lines at all, since
#: their very message may quote what was typed. The application logs its own errors by SQLSTATE.
GUARDS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_duration": "off",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_lock_waits": "off",
    "log_temp_files": "-1",
    "debug_print_parse": "off",
    "debug_print_rewritten": "off",
    "debug_print_plan": "off",
    "log_parser_stats": "off",
    "log_planner_stats": "off",
    "log_executor_stats": "off",
    "log_statement_stats": "off",
}


def child_environment() -> dict[str, str]:
    """A bare environment: the application's own may hold keys, and a child's can be read in /proc."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


class Cluster:
    """One cluster as its account sees it."""

    def __init__(self, layout: Layout, binaries: Binaries, account: Account) -> None:
        """Bind the paths, the programs and the account; nothing is touched yet."""
        self.layout = layout
        self.binaries = binaries
        self.account = account
        self._held: dict[Path, int] = {}

    def exists(self) -> bool:
        """Whether the cluster was created; creation is one rename, so there is no half of one."""
        return (self.layout.pgdata / "PG_VERSION").is_file()

    def require_same_major(self) -> None:
        """Refuse programs of another major version than the data.

        Raises:
            VersionError: the on-disk formats differ; a dump and restore is needed.
        """
        found = (self.layout.pgdata / "PG_VERSION").read_text().strip()
        if found != str(self.binaries.major):
            raise VersionError(
                f"Los datos son de PostgreSQL {found} y los programas de PostgreSQL {self.binaries.major}; "
                f"use programas de la versión {found} o restaure un respaldo en una carpeta nueva."
            )

    def create(self) -> None:
        """Run initdb in a draft folder and rename it to `pgdata`.

        Raises:
            ServerStartError: initdb failed; its last line is in the text.
        """
        for left in self.layout.root.glob("pgdata.borrador-*"):
            shutil.rmtree(left)
        draft = self.layout.root / f"pgdata.borrador-{secrets.token_hex(4)}"
        draft.mkdir(mode=0o700)
        if self.account.switch:
            os.chown(draft, self.account.uid, self.account.gid)
        done = self._initdb(draft)
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            last = (done.stderr or done.stdout).strip().splitlines()[-1:]
            raise ServerStartError(f"No se pudo crear la base de datos: {' '.join(last)}")
        draft.rename(self.layout.pgdata)
        sync_folder(self.layout.root)

    def _initdb(self, draft: Path) -> subprocess.CompletedProcess[str]:
        name, fds = self._argument(draft)
        command = [
            self.binaries.tool("initdb"), "-D", name, "-U", SUPERUSER, "-E", "UTF8", "--data-checksums",
            "--auth-local=peer", "--auth-host=reject", "--no-instructions", *self._locale_options(),
        ]  # fmt: skip
        try:
            return subprocess.run(  # noqa: S603 - fixed programs and options, no shell
                command, capture_output=True, text=True, cwd="/", pass_fds=fds, check=False,
                env=child_environment(), umask=0o077, **self.account.popen_arguments(),
            )  # fmt: skip
        finally:
            self._release(draft)

    def _locale_options(self) -> list[str]:
        if self.binaries.major >= _BUILTIN_LOCALE_SINCE:
            return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        before = locale.setlocale(locale.LC_CTYPE)
        try:
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        except locale.Error:
            return ["--locale=C"]
        locale.setlocale(locale.LC_CTYPE, before)
        return ["--locale=C.UTF-8", "--lc-messages=C"]

    def configure(self) -> None:
        """Write `ruv.conf`, `pg_hba.conf` and `pg_ident.conf` anew; `local.conf` is the operator's."""
        conf = "".join(f"{key} = '{value}'\n" for key, value in DEFAULTS.items())
        self._write("ruv.conf", "# Se escribe en cada arranque; sus cambios van en local.conf.\n" + conf)
        self._write("pg_hba.conf", "local all all peer map=ruv\nlocal replication all peer map=ruv\n")
        rows = [f'ruv "{user}" {role}\n' for user in self._mapped_users() for role in (SUPERUSER, *ROLES)]
        self._write("pg_ident.conf", "".join(rows))
        main = self.layout.pgdata / "postgresql.conf"
        include = "include 'ruv.conf'\ninclude_if_exists 'local.conf'\n"
        text = main.read_text()
        if include not in text:
            self._write("postgresql.conf", f"{text}\n{include}")

    def _mapped_users(self) -> list[str]:
        """Root, the folder's owner, and the server's account unless it is the one all daemons share."""
        owner = self.layout.root.stat().st_uid
        names = {name for uid in (0, owner) if (name := _user_name(uid)) is not None}
        if self.account.name != FALLBACK_ACCOUNT or not self.account.switch:
            names.add(self.account.name)
        return sorted(names)

    def _write(self, name: str, text: str) -> None:
        """Replace one file of the cluster in one step, never following a link its owner may have laid."""
        draft = self.layout.pgdata / f".{name}.{secrets.token_hex(4)}"
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "w") as out:
            if self.account.switch:
                os.fchown(fd, self.account.uid, self.account.gid)
            out.write(text)
            out.flush()
            os.fsync(fd)
        draft.replace(self.layout.pgdata / name)

    def command(self, socket_folder: Path) -> tuple[list[str], tuple[int, ...]]:
        """The command line of the server and the descriptors it needs."""
        name, fds = self._argument(self.layout.pgdata)
        settings = {**GUARDS, "unix_socket_directories": str(socket_folder)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [self.binaries.tool("postgres"), "-D", name, *options], fds

    def _argument(self, folder: Path) -> tuple[str, tuple[int, ...]]:
        """How the server's account names a folder it owns.

        Where a folder above is closed to it (a 0700 home), the server gets the open folder itself, as
        `/proc/self/fd/N`: nothing above has to be opened to anybody.

        Raises:
            ServerStartError: closed, and this system has no /proc.
        """
        if can_reach(folder, self.account):
            return str(folder), ()
        if not Path("/proc/self/fd").is_dir():
            raise ServerStartError(
                f"La cuenta «{self.account.name}» no llega a {folder}; elija una carpeta de datos accesible."
            )
        if folder not in self._held:
            self._held[folder] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        fd = self._held[folder]
        return f"/proc/self/fd/{fd}", (fd,)

    def _release(self, folder: Path) -> None:
        if (fd := self._held.pop(folder, None)) is not None:
            os.close(fd)


def _user_name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
