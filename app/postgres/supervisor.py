"""The small process that keeps one PostgreSQL running: `python -m app.postgres.supervisor DATA_DIR`.

It is started by `ensure_server()`, detached from every `ruv` process, so that any of those may die. It runs
`postgres` as its child in the foreground, reaps and restarts it, and stops it cleanly when nobody holds the
shared lock any more. If it is killed itself, the kernel tells `postgres` to stop cleanly (parent-death
signal) and a client that still uses the server, or the next one to come, starts another supervisor.
"""

import argparse
import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import IO

from app.postgres.accounts import server_account
from app.postgres.binaries import find_binaries, readable_by
from app.postgres.cluster import Cluster, child_environment
from app.postgres.errors import PostgresError, ServerStartError
from app.postgres.layout import SOCKET_NAME, Layout, State, socket_dir, try_lock, unlock, write_state
from app.postgres.processes import clear_leftovers, read_postmaster_file, running_original, stop_postmaster
from app.postgres.serverlog import ServerLog, rotate

_PR_SET_PDEATHSIG = 1
_POLL = 0.1  # seconds between two looks at the child and the clients' lock
_ROTATE_EVERY = 30.0
_FAILED_STARTS = 5  # in a row, without ever having been ready, before giving up
_LONGEST_PAUSE = 1.0


def _die_cleanly_with_parent() -> None:
    """In the child, before exec: fast shutdown if the supervisor dies; no core files with memory of rows."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


class Supervisor:
    """Keeps one cluster running while somebody uses it."""

    def __init__(
        self, layout: Layout, cluster: Cluster, clients: int, grace: float, *, existing: bool = False
    ) -> None:
        """`clients`: descriptor of `clients.lock`; `grace`: seconds without clients before a stop.

        `existing`: start the cluster that is there, and create none in the place of one that is gone.
        """
        self._layout = layout
        self._cluster = cluster
        self._clients = clients
        self._grace = grace
        self._existing = existing
        self._child: subprocess.Popen[bytes] | None = None
        self._asked_to_stop = False
        self._last_seen = time.monotonic()
        self._last_rotation = 0.0
        binaries = cluster.binaries
        self.state = State(
            "starting", supervisor_pid=os.getpid(), version=f"{binaries.major}.{binaries.minor}"
        )

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: leave at the next look."""
        self._asked_to_stop = True

    def tell(self, status: str, message: str = "", **changes: object) -> None:
        """Publish the state if it changed."""
        new = replace(self.state, status=status, message=message, **changes)  # type: ignore[arg-type]
        if new != self.state or status == "starting":
            self.state = new
            write_state(self._layout, new)

    def run(self) -> None:
        """Prepare the cluster, then keep it up until the last client has gone.

        Raises:
            PostgresError: it cannot be started.
        """
        self._prepare()
        failures, was_ready = 0, False
        while not self._leave():
            log = ServerLog(self._layout.server_log)
            self._start()
            ready = self._watch(log)
            if self._child is None:
                return  # stopped on purpose
            self._child = None
            was_ready = was_ready or ready
            failures = 0 if ready or log.must_wait() else failures + 1
            if failures >= _FAILED_STARTS and not was_ready:
                raise ServerStartError(
                    f"PostgreSQL no arranca: {log.reason() or 'sin explicación'}. "
                    f"Registro: {self._layout.server_log}"
                )
            self.tell("starting", "El servidor se cerró de improviso; se reinicia.", postgres_pid=0)
            clear_leftovers(self._layout.pgdata)
            if not ready:
                time.sleep(min(_LONGEST_PAUSE, 0.05 * 2 ** min(failures, 5)))

    def _prepare(self) -> None:
        cluster = self._cluster
        if cluster.exists():
            cluster.require_same_major()
            self.tell("starting", "Arrancando la base de datos.")
            self._refuse_copy(self._layout.pgdata / "postmaster.pid")
            if (found := clear_leftovers(self._layout.pgdata)) is not None:
                self.tell("starting", found)
        elif self._existing:
            raise ServerStartError(
                f"La base de datos en uso ya no está en {self._layout.pgdata}; no se crea otra en su lugar."
            )
        else:
            self.tell("starting", "Creando la base de datos.")
            cluster.create()
        cluster.configure()
        folder = socket_dir(self._layout, cluster.account)
        lock = folder / f"{SOCKET_NAME}.lock"
        self._refuse_copy(lock)
        lock.unlink(missing_ok=True)  # no server of ours runs any more; a living stranger may have its number
        self.tell("starting", "Arrancando la base de datos.", socket_dir=str(folder))

    def _refuse_copy(self, lock: Path) -> None:
        """Refuse a folder that was copied from under a server that still runs: such a copy may be torn.

        Raises:
            ServerStartError: it was; the text says what to do.
        """
        origin = running_original(lock, self._layout.pgdata)
        if origin is not None:
            raise ServerStartError(
                f"{self._layout.root} es copia de {origin}, hecha mientras su base de datos trabajaba, y esa "
                "sigue en marcha: la copia puede estar incompleta. Detenga la primera y copie de nuevo; si "
                f"sabe que está completa (una instantánea del disco), borre {lock}."
            )

    def _start(self) -> None:
        command, fds = self._cluster.command(Path(self.state.socket_dir))
        with self._open_log() as log:
            # The supervisor has one thread, so code between fork and exec is safe here.
            self._child = subprocess.Popen(  # noqa: S603 - fixed program and options, no shell
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", pass_fds=fds,
                env=child_environment(), umask=0o077, start_new_session=True,
                preexec_fn=_die_cleanly_with_parent,  # noqa: PLW1509
                **self._cluster.account.popen_arguments(),
            )  # fmt: skip

    def _open_log(self) -> IO[bytes]:
        return os.fdopen(self._layout.open(self._layout.server_log, os.O_WRONLY | os.O_APPEND), "ab")

    def _watch(self, log: ServerLog) -> bool:
        """Look after the running child until it ends or has to; returns whether it ever was ready."""
        child, ready = self._child, False
        if child is None:
            return False
        while True:
            pause = _POLL if ready else _POLL / 5
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=pause)
                return ready
            if not ready:
                ready = self._look_at_start(child.pid, log)
            if self._leave():
                self._stop()
                return ready
            if time.monotonic() - self._last_rotation > _ROTATE_EVERY:
                self._last_rotation = time.monotonic()
                rotate(self._layout.server_log)

    def _look_at_start(self, pid: int, log: ServerLog) -> bool:
        found = read_postmaster_file(self._layout.pgdata)
        if found is not None and found.pid == pid and found.status == "ready":
            self.tell("ready", postgres_pid=pid)
            return True
        if (message := log.recovery()) is not None:
            self.tell("recovering", message, postgres_pid=pid)
        return False

    def _leave(self) -> bool:
        """Whether it is time to stop: told to, the folder is gone, or no client for the time of grace.

        On a yes for want of clients the exclusive lock stays taken, so that a newcomer waits for the end of
        this server instead of connecting to one that is going away.
        """
        if self._asked_to_stop or not (self._layout.root / "supervisor.lock").exists():
            return True
        now = time.monotonic()
        if not try_lock(self._clients):
            self._last_seen = now
            return False
        if now - self._last_seen >= self._grace:
            return True
        unlock(self._clients)
        return False

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if self._layout.root.exists():
            self.tell("stopping", "Cerrando la base de datos.")
        stop_postmaster(child.pid, lambda: child.poll() is None)
        child.wait()


def _daemonise(layout: Layout) -> None:
    """Leave the starter's process group and terminal; messages go to `supervisor.log`."""
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    os.chdir("/")
    os.umask(0o077)
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = layout.open(layout.supervisor_log, os.O_WRONLY | os.O_APPEND)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)


def _acquire(fd: int) -> bool:
    deadline = time.monotonic() + 2.0
    while not try_lock(fd):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _serve(layout: Layout, arguments: argparse.Namespace) -> None:
    clients = layout.open_lock("clients")
    account = server_account(arguments.account, layout.root, layout.pgdata)
    binaries = readable_by(find_binaries(arguments.bin), account)
    cluster = Cluster(layout, binaries, account)
    supervisor = Supervisor(layout, cluster, clients, arguments.grace, existing=arguments.existing)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, supervisor.on_signal)
    try:
        supervisor.run()
    finally:
        if supervisor.state.socket_dir:
            with contextlib.suppress(OSError):
                Path(supervisor.state.socket_dir).rmdir()
    if layout.root.exists():
        write_state(layout, State("stopped", "La base de datos está cerrada."))


def main(argv: list[str] | None = None) -> None:
    """Entry of the supervisor process; ends 0 after a clean stop, 1 with the reason in `state.json`."""
    parser = argparse.ArgumentParser(prog="python -m app.postgres.supervisor")
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--bin", type=Path)
    parser.add_argument("--account")
    parser.add_argument("--grace", type=float, default=5.0)
    parser.add_argument("--existing", action="store_true", help="create no cluster where there is none")
    parser.add_argument(
        "--hello", type=int, default=-1, help="descriptor to write one byte to when in charge"
    )
    arguments = parser.parse_args(argv)
    layout = Layout.of(arguments.data_dir)
    _daemonise(layout)
    lock = layout.open_lock("supervisor")
    if not _acquire(lock):
        os._exit(0)  # somebody else is in charge
    write_state(layout, State("starting", "Arrancando la base de datos.", supervisor_pid=os.getpid()))
    if arguments.hello >= 0:
        os.write(arguments.hello, b"1")
        os.close(arguments.hello)
    try:
        _serve(layout, arguments)
    except PostgresError as problem:
        write_state(layout, State("failed", str(problem), kind=type(problem).__name__))
        os._exit(1)
    except Exception:  # noqa: BLE001 - whatever it is, the clients have to hear of it
        traceback.print_exc()
        if layout.root.exists():
            write_state(
                layout, State("failed", f"Fallo interno del supervisor; vea {layout.supervisor_log}.")
            )
        os._exit(1)
    finally:
        unlock(lock)


if __name__ == "__main__":
    main()
