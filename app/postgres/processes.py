"""Questions about a postmaster that is not our child: does it live, is it of this cluster, make it stop."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_FAST_PATIENCE = 120.0  # seconds for the shutdown checkpoint of a fast stop
_IMMEDIATE_PATIENCE = 15.0
_STATUS_LINE = 7
_START_LINE = 2
_START_FIELD = 19  # field 22 of proc_pid_stat(5), counted after the name
_START_TOLERANCE = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class PostmasterFile:
    """What `postmaster.pid` says: the process, and its status word (`starting`, `ready`, `stopping`)."""

    pid: int
    status: str


def read_postmaster_file(pgdata: Path) -> PostmasterFile | None:
    """The lock file of the cluster; None if absent or half written."""
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, ValueError, IndexError):
        return None
    return PostmasterFile(pid, lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else "starting")


def is_alive(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has reaped yet (a zombie) does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except OSError:
        # Gone in between; or a system without /proc, where the signal's answer has to do.
        return not Path("/proc/self/stat").exists()
    return after_name.split()[0] not in {"Z", "X"}


def is_postmaster_of(pid: int, pgdata: Path) -> bool:
    """Whether a living process is the postmaster of this cluster and not one that got its number since."""
    if not is_alive(pid):
        return False
    try:
        if not Path(f"/proc/{pid}/comm").read_text().startswith("postgres"):
            return False
        return Path(f"/proc/{pid}/cwd").samefile(pgdata)
    except PermissionError:
        # Root without CAP_SYS_PTRACE, as in most containers: the lock file's own start time has to decide.
        return _started_near(pid, pgdata)
    except OSError:
        return not Path("/proc/self/stat").exists()


def _started_near(pid: int, pgdata: Path) -> bool:
    try:
        written = int((pgdata / "postmaster.pid").read_text().splitlines()[_START_LINE])
        boot = next(s for s in Path("/proc/stat").read_text().splitlines() if s.startswith("btime "))
        ticks = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[_START_FIELD])
    except (OSError, ValueError, IndexError, StopIteration):
        return False
    started = int(boot.split()[1]) + ticks / os.sysconf("SC_CLK_TCK")
    return abs(started - written) <= _START_TOLERANCE


def stop_postmaster(pid: int, alive: Callable[[], bool]) -> None:
    """Stop a postmaster: fast; if it does not end, immediate; at last kill it. Committed rows stay.

    `alive` reaps or looks at the process.
    """
    for number, patience in (
        (signal.SIGINT, _FAST_PATIENCE),
        (signal.SIGQUIT, _IMMEDIATE_PATIENCE),
        (signal.SIGKILL, _IMMEDIATE_PATIENCE),
    ):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not alive():
                return
            time.sleep(0.02)


def running_original(lock: Path, pgdata: Path) -> Path | None:
    """The cluster that a lock file came from by copying, if its server runs; None for a lock of our own.

    PostgreSQL takes the number in it for a server of this very folder, for as long as that one runs.
    """
    try:
        lines = lock.read_text().splitlines()
        pid, origin = abs(int(lines[0])), Path(lines[1])
    except (OSError, ValueError, IndexError):
        return None
    return origin if origin != pgdata and is_postmaster_of(pid, origin) else None


def clear_leftovers(pgdata: Path) -> str | None:
    """Deal with a postmaster of a supervisor that was killed.

    One that still runs is stopped cleanly, so that the next one is our child again. A lock file whose process
    is a zombie or another program is removed: PostgreSQL itself takes any living number for a running
    server and would refuse to start for as long as nobody reaps it. Backends that still hold the old shared
    memory are not hidden by this, PostgreSQL looks for the segment itself.

    Returns:
        a Spanish sentence about what was found, None if there was nothing.
    """
    found = read_postmaster_file(pgdata)
    if found is None:
        return None
    if is_postmaster_of(found.pid, pgdata):
        stop_postmaster(found.pid, lambda: is_postmaster_of(found.pid, pgdata))
        return "Se detuvo el servidor que dejó un supervisor anterior."
    if not is_alive(found.pid) or Path("/proc/self/stat").exists():
        again = read_postmaster_file(pgdata)
        if again == found:
            (pgdata / "postmaster.pid").unlink(missing_ok=True)
        return "El servidor anterior terminó sin cerrarse; se recupera desde su registro de cambios."
    return None
