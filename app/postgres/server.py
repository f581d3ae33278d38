"""The client's side: `ensure_server()` and `ServerHandle`. See the package's docstring."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from app.postgres.accounts import server_account
from app.postgres.binaries import find_binaries, readable_by
from app.postgres.errors import PostgresError, ServerStartError, error_named
from app.postgres.host import host_environment
from app.postgres.layout import Layout, State, read_state, try_lock
from app.postgres.names import DATABASE, SUPERUSER
from app.postgres.options import ServerOptions

Progress = Callable[[str], None]
_PAUSE = 0.02
_WATCH_EVERY = 0.5
_RESPAWNS = 3
_LOOKS = 10
_UNREACHABLE_AFTER = 15.0  # seconds of a server that calls itself ready and lets nobody in


class ServerHandle:
    """One reference to a running server; the server stops some seconds after the last one is closed.

    A watching thread starts another supervisor should the present one be killed, so a server lives as long as
    any of its users. Close it, or use it as a context manager; a process that dies gives it back as well.
    """

    def __init__(self, layout: Layout, options: ServerOptions, clients: int, state: State) -> None:
        """For `ensure_server` alone: `clients` is the descriptor of the shared lock, now owned by this."""
        self.data_dir = layout.root
        self.socket_dir = Path(state.socket_dir)
        self.version = state.version
        self._layout = layout
        self._clients: int | None = clients
        self._closing = threading.Event()
        self._watcher = threading.Thread(
            target=_watch, args=(layout, options, self._closing), name="ruv-postgres", daemon=True
        )
        self._watcher.start()

    def url(self, role: str, dbname: str = DATABASE) -> str:
        """SQLAlchemy URL of a database role over the unix socket; it holds no secret."""
        host = quote(str(self.socket_dir), safe="/")
        return f"postgresql+psycopg://{quote(role)}@/{quote(dbname)}?host={host}"

    def superuser_url(self, dbname: str = "postgres") -> str:
        """URL of the cluster's superuser, for creating roles and databases only."""
        return self.url(SUPERUSER, dbname)

    def close(self, *, wait: float = 0.0) -> None:
        """Give the reference back; a second call only waits, if it is told to.

        Args:
            wait: seconds to wait at most until the server has stopped, if this was the last reference;
                for a process whose end takes the whole container with it.
        """
        if self._clients is not None:
            self._closing.set()
            self._watcher.join()
            # Closing, never LOCK_UN: after a fork both sides share the lock, and each closes its own copy.
            os.close(self._clients)
            self._clients = None
        deadline, in_use = time.monotonic() + wait, 0
        while time.monotonic() < deadline and not _free(self._layout, "supervisor"):
            # One look may catch another process that is only looking as well.
            in_use = in_use + 1 if _has_users(self._layout) else 0
            if in_use > _LOOKS:
                return
            time.sleep(_PAUSE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ensure_server(
    data_dir: Path, *, progress: Progress | None = None, options: ServerOptions | None = None
) -> ServerHandle:
    """Attach to the server of this data directory, starting (and creating) it if need be.

    Waits until it accepts connections, without a limit: a recovery may be long, and `progress` is told
    about it in Spanish sentences.

    Args:
        data_dir: folder of the cluster and its locks; made with mode 0700 if absent, otherwise left as it is.
        progress: called with each new sentence.
        options: None takes the defaults.

    Raises:
        BinariesError: no usable PostgreSQL programs.
        VersionError: they are too old, or of another major version than the data.
        AccountError: no fitting account to run as.
        ServerStartError: the server does not start.
    """
    options = options or ServerOptions()
    tell = _once(progress)
    layout = Layout.of(data_dir)
    clients = layout.open_lock("clients")
    try:
        in_use = _attach(layout, options, clients, tell)
        state = _wait_until_ready(layout, options, tell, existing=in_use)
        return ServerHandle(layout, options, clients, state)
    except BaseException:
        os.close(clients)
        raise


def _once(progress: Progress | None) -> Progress:
    last = ""

    def tell(message: str) -> None:
        nonlocal last
        if message and message != last:
            last = message
            if progress is not None:
                progress(message)

    return tell


@contextlib.contextmanager
def _start_lock(layout: Layout, tell: Progress) -> Iterator[None]:
    fd = layout.open_lock("start")
    try:
        while not try_lock(fd):
            tell("Otro proceso está arrancando la base de datos; se espera.")
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(fd)


def _attach(layout: Layout, options: ServerOptions, clients: int, tell: Progress) -> bool:
    """Take the shared lock and see to a supervisor.

    Returns: whether others hold the lock, who would take a new cluster for the one they work on.
    """
    with _start_lock(layout, tell):
        alone = try_lock(clients)
        while not try_lock(clients, shared=True):
            state = read_state(layout)
            if state is not None and state.status == "stopping":
                tell("Se espera a que termine de cerrarse el servidor anterior.")
            time.sleep(_PAUSE)
            alone = try_lock(clients)
        while not (free := _free(layout, "supervisor")) and _has_ended(layout):
            time.sleep(_PAUSE)  # it has written its last word and is about to go
        if free:
            _spawn(layout, options, existing=not alone)
    return not alone


def _has_ended(layout: Layout) -> bool:
    state = read_state(layout)
    return state is not None and state.status in {"failed", "stopped"}


def _free(layout: Layout, name: str) -> bool:
    """Whether nobody holds this lock. For `supervisor`, ask only under the start lock, or as a mere hint."""
    try:
        fd = os.open(layout.root / f"{name}.lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        return try_lock(fd)
    finally:
        os.close(fd)


def _has_users(layout: Layout) -> bool:
    """Whether others hold the shared lock; the supervisor's own exclusive hold is not taken for a user."""
    fd = layout.open_lock("clients")
    try:
        return try_lock(fd, shared=True) and not try_lock(fd)
    finally:
        os.close(fd)


def _spawn(layout: Layout, options: ServerOptions, *, existing: bool) -> None:
    """Start a supervisor and return when it is in charge; what can be refused before is refused here.

    Args:
        layout: the data directory.
        options: as `ensure_server`.
        existing: whether it may only start the cluster that is there, and create none.
    """
    account = server_account(options.account, layout.root, layout.pgdata)
    readable_by(find_binaries(options.bin_dir), account)
    hello, answer = os.pipe()
    command = [sys.executable, "-P", "-m", "app.postgres.supervisor", str(layout.root)]
    command += ["--grace", str(options.grace), "--hello", str(answer)]
    command += ["--bin", str(options.bin_dir)] if options.bin_dir else []
    command += ["--account", options.account] if options.account else []
    command += ["--existing"] if existing else []
    try:
        try:
            done = subprocess.run(  # noqa: S603 - our own module, no shell
                command, env=_environment(), cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
                pass_fds=(answer,), start_new_session=True, text=True, check=False,
            )  # fmt: skip
        finally:
            os.close(answer)
        if os.read(hello, 1) != b"1":
            last = " ".join(done.stderr.strip().splitlines()[-1:])
            raise ServerStartError(
                f"No arrancó el supervisor de la base de datos: {last or layout.supervisor_log}"
            )
    finally:
        os.close(hello)


def _environment() -> dict[str, str]:
    """What the supervisor needs and no more: the caller's environment may hold keys."""
    code = str(Path(__file__).resolve().parents[2])
    kept = host_environment()
    paths = [code, *(p for p in kept.get("PYTHONPATH", "").split(os.pathsep) if p)]
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join(paths)}


def _wait_until_ready(layout: Layout, options: ServerOptions, tell: Progress, *, existing: bool) -> State:
    respawns, refused_since, next_look = 0, None, time.monotonic() + _WATCH_EVERY
    while True:
        state = read_state(layout)
        if state is not None:
            tell(state.message)
            if state.status == "failed":
                raise error_named(state.kind, state.message)
            if state.status == "ready":
                problem = _probe(state)
                if problem is None:
                    return state
                refused_since = refused_since or time.monotonic()
                if time.monotonic() - refused_since > _UNREACHABLE_AFTER:
                    raise ServerStartError(f"La base de datos no acepta la conexión: {problem}")
        if time.monotonic() > next_look:
            next_look = time.monotonic() + _WATCH_EVERY
            if _take_over(layout, options, existing=existing):
                respawns += 1
                if respawns > _RESPAWNS:
                    raise ServerStartError(
                        f"El supervisor termina una y otra vez; vea {layout.supervisor_log}."
                    )
        time.sleep(_PAUSE)


def _probe(state: State) -> str | None:
    """Connect once as the superuser; None if it worked, else the first line of the error."""
    import psycopg  # noqa: PLC0415 - the supervisor imports this package and needs no driver

    try:
        psycopg.connect(host=state.socket_dir, user=SUPERUSER, dbname="postgres", connect_timeout=5).close()
    except psycopg.OperationalError as problem:
        return str(problem).strip().splitlines()[0]
    return None


def _take_over(layout: Layout, options: ServerOptions, *, existing: bool) -> bool:
    """Start a supervisor if there is none and nobody else is about to; True if it did."""
    fd = layout.open_lock("start")
    try:
        if not try_lock(fd) or not _free(layout, "supervisor"):
            return False
        state = read_state(layout)
        if state is not None and state.status == "failed":
            return False
        _spawn(layout, options, existing=existing)
        return True
    finally:
        os.close(fd)


def _watch(layout: Layout, options: ServerOptions, closing: threading.Event) -> None:
    """Bring the supervisor back if it was killed, for as long as this process uses the server.

    Never with a new cluster: this process would take an empty database for the one it works on.
    """
    while not closing.wait(_WATCH_EVERY):
        if not layout.root.is_dir():
            return
        with contextlib.suppress(OSError, PostgresError):
            _take_over(layout, options, existing=True)
