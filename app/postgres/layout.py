"""The files of one data directory, and the locks by which processes share its server.

`DATA_DIR/pgdata` holds the cluster; beside it lie `state.json` (what the supervisor says of itself),
`postgres.log`, `supervisor.log` and three lock files:

- `start.lock`: exclusive, held for the moment in which a process looks for a supervisor and starts one;
- `supervisor.lock`: exclusive, held by the supervisor as long as it lives;
- `clients.lock`: shared, held by every user of the server; who gets it exclusively knows there is none.

They are `flock` locks: the kernel drops them with the process, however it died.
"""

import fcntl
import hashlib
import json
import os
import re
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from app.postgres.accounts import Account, can_reach
from app.postgres.errors import ServerStartError
from app.postgres.host import host_environment

SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107  # bytes of sun_path on Linux, less its closing zero
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@-]+")  # libpq splits hosts at commas; URLs quote the rest


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one data directory."""

    root: Path

    @classmethod
    def of(cls, data_dir: Path) -> "Layout":
        """Create the folder (0700) if it is absent; the modes of what exists stay as they are."""
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(data_dir.resolve())

    @property
    def pgdata(self) -> Path:
        """The PostgreSQL cluster."""
        return self.root / "pgdata"

    @property
    def server_log(self) -> Path:
        """What PostgreSQL writes."""
        return self.root / "postgres.log"

    @property
    def supervisor_log(self) -> Path:
        """What the supervisor writes when something it did not foresee happens."""
        return self.root / "supervisor.log"

    def open(self, path: Path, flags: int = os.O_RDWR) -> int:
        """Open or create one private file (0600) of the data directory's owner; returns the descriptor."""
        fd = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        owner = self.root.stat()
        if os.geteuid() == 0 and os.fstat(fd).st_uid != owner.st_uid:
            os.fchown(fd, owner.st_uid, owner.st_gid)
        return fd

    def open_lock(self, name: str) -> int:
        """Descriptor of one of the lock files: `start`, `supervisor` or `clients`."""
        return self.open(self.root / f"{name}.lock")

    def identity(self) -> str:
        """Short name of this data directory for places outside it."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]


def try_lock(fd: int, *, shared: bool = False) -> bool:
    """Take an flock without waiting; False if another process is in the way."""
    try:
        fcntl.flock(fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def unlock(fd: int) -> None:
    """Give an flock back and keep the descriptor."""
    fcntl.flock(fd, fcntl.LOCK_UN)


@dataclass(frozen=True, slots=True)
class State:
    """What the supervisor tells its clients, by `state.json`.

    Attributes:
        status: `starting`, `recovering`, `ready`, `stopping`, `stopped` or `failed`.
        message: Spanish sentence for the operator.
        supervisor_pid: the supervisor, in its own process namespace.
        postgres_pid: the running postmaster, 0 while there is none.
        socket_dir: folder of the unix socket, "" while unknown.
        version: `major.minor` of the server.
        kind: class name of the error where the status is `failed`.
    """

    status: str
    message: str = ""
    supervisor_pid: int = 0
    postgres_pid: int = 0
    socket_dir: str = ""
    version: str = ""
    kind: str = ""


def write_state(layout: Layout, state: State) -> None:
    """Replace `state.json` in one step."""
    draft = layout.root / f".state.{os.getpid()}.tmp"
    draft.unlink(missing_ok=True)
    with os.fdopen(layout.open(draft, os.O_WRONLY | os.O_EXCL), "w") as out:
        json.dump(asdict(state), out)
    draft.replace(layout.root / "state.json")


def read_state(layout: Layout) -> State | None:
    """The last word of the supervisor; None before the first start."""
    try:
        return State(**json.loads((layout.root / "state.json").read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def socket_dir(layout: Layout, account: Account) -> Path:
    """A private folder (0700, of the server's account) for the socket, with a path short enough.

    The data directory itself where its path is plain, short and open to the account; else a folder under
    the machine's or the user's runtime directory, named after the data directory.

    Raises:
        ServerStartError: the folder exists and belongs to somebody else or is open to others.
    """
    inside = layout.root / "socket"
    short = len(os.fsencode(inside / SOCKET_NAME)) <= _SOCKET_PATH_LIMIT
    if short and _PLAIN_PATH.fullmatch(str(inside)) and can_reach(layout.root, account):
        chosen = inside
    else:
        chosen = _runtime_base() / f"ruv-pg-{account.uid}-{layout.identity()}"
    return _private(chosen, account)


def _runtime_base() -> Path:
    candidates = [Path("/run")] if os.geteuid() == 0 else []
    if runtime := host_environment().get("XDG_RUNTIME_DIR"):
        candidates.append(Path(runtime))
    for place in candidates:
        if place.is_dir() and os.access(place, os.W_OK | os.X_OK) and len(str(place)) < 40:  # noqa: PLR2004
            return place
    short = Path("/tmp")  # noqa: S108 - the folder made below it is private and its owner is checked
    return short if short.is_dir() else Path(tempfile.gettempdir())


def _private(folder: Path, account: Account) -> Path:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if account.switch:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != account.uid or info.st_mode & 0o077:
        raise ServerStartError(f"La carpeta {folder} no es privada de la cuenta «{account.name}»; bórrela.")
    return folder
