"""`ruv demo`: the main job end to end, with people who do not exist, apart from any real register."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._console import Failure, say, show_json
from app.cli._setup import AsJson, DataDir

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from app.config import Settings
    from app.runtime import Runtime
    from stories.demo.numbers import Numbers
    from stories.demo.register import Filled
    from stories.demo.story import Told

app = typer.Typer()

MARKER = "demostracion.json"
SERVER_LOG = "servidor.log"
PAPER = "plan-sintetico.pdf"


@dataclass(frozen=True, slots=True, repr=False)
class Played:
    """What the demonstration did, and the passwords of its accounts by role."""

    size: int
    filled: Filled
    told: Told
    numbers: Numbers
    passwords: Mapping[str, str]


_SEED = 2017
_STOP_SECONDS = 30.0


@app.command()
def demo(
    size: Annotated[int, typer.Option(help="Personas del registro sintético.", min=1, max=1_000_000)] = 2000,
    seed: Annotated[int, typer.Option(help="Semilla con que se sortean.", min=0)] = _SEED,
    serve: Annotated[
        bool, typer.Option("--serve", help="Deja el registro en marcha, con una cuenta por función.")
    ] = False,
    port: Annotated[
        int, typer.Option(help="Puerto en esta máquina; 0 elige uno libre.", min=0, max=65535)
    ] = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    record: Annotated[
        Path | None, typer.Option("--record", hidden=True, help="Guarda lo mostrado como SVG.")
    ] = None,
) -> None:
    """Muestra el trabajo de punta a punta con un registro sintético, en una carpeta propia."""
    from app.cli.demo_pages import Pages, save_picture
    from app.runtime import open_runtime
    from stories.desk import StoryBroken

    settings = demo_settings(data_dir)
    check_marker(settings.data_dir, seed)
    started = time.monotonic()
    say(f"Demostración con datos SINTETICOS en {settings.data_dir}")
    with open_runtime(settings, progress=say) as runtime, served(runtime, settings, port) as address:
        try:
            played = play(runtime, address, seed, size)
        except StoryBroken as broken:
            raise Failure(f"La demostración se detuvo: {broken}") from None
        (settings.data_dir / PAPER).write_bytes(played.told.paper)
        say(f"El plan en papel: {settings.data_dir / PAPER}")
        pages = Pages()
        if as_json:
            show_json(_for_machines(played))
        else:
            pages.show(played)
        if record is not None:
            save_picture(played.told, record)
        say(f"Hecho en {time.monotonic() - started:.1f} s.")
        if serve:
            pages.accounts(address, played.passwords)
            _wait()


def _for_machines(played: Played) -> dict[str, object]:
    """Everything but the passwords."""
    return {
        "synthetic": True,
        "size": played.size,
        "register": asdict(played.filled),
        "story": {name: part for name, part in asdict(played.told).items() if name != "paper"},
        "numbers": asdict(played.numbers),
    }


def demo_settings(data_dir: Path | None) -> Settings:
    """Settings of the demonstration: its own folder, server and key, whatever is configured for the real one.

    Without `--data-dir` the folder is the one beside the real one, with `-demo` at the end of its name.
    """
    from app.config import get_settings

    real = get_settings()
    folder = data_dir or real.data_dir.with_name(f"{real.data_dir.name}-demo")
    own = {
        "data_dir": folder.expanduser().resolve(),
        "database_url": None,
        "database_owner_url": None,
        "database_report_url": None,
        "database_release_url": None,
        "database_password_file": None,
        "database_owner_password_file": None,
        "root_key_provider": "file",
        "root_key_file": None,
        "root_key": None,
        "postgres_grace": 0.0,
        "pool_size": 5,
        "demo": True,
    }
    return real.model_copy(update=own)


def check_marker(folder: Path, seed: int) -> None:
    """Make sure the folder is new or holds this very demonstration, and mark it.

    Raises:
        Failure: it holds another register, or one of another seed.
    """
    from stories.demo.register import fingerprint

    mark = {"SINTETICO": True, "seed": seed, "people": fingerprint(seed)}
    marker = folder / MARKER
    if marker.is_file():
        if json.loads(marker.read_text(encoding="utf-8")) != mark:
            raise Failure(
                f"{folder} tiene una demostración de otra semilla o versión: bórrela o use otra --data-dir."
            )
        return
    if (folder / "pgdata").exists() or (folder / "keys").exists():
        raise Failure(f"{folder} no es de una demostración: indique otra carpeta con --data-dir.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.write_text(json.dumps(mark), encoding="utf-8")


@contextmanager
def served(runtime: Runtime, settings: Settings, port: int) -> Iterator[str]:
    """The register served on loopback by this process; gives its address. Its log is a file of the folder."""
    import uvicorn

    from app.cli._logs import log_config
    from app.cli.serve import listen
    from app.main import create_app

    logs = log_config()
    logs["handlers"]["stderr"] |= {
        "class": "logging.FileHandler",
        "filename": str(settings.data_dir / SERVER_LOG),
    }
    del logs["handlers"]["stderr"]["stream"]
    listening = listen("127.0.0.1", port)
    application = create_app(settings, opener=lambda _: runtime)
    application.state.runtime = runtime
    server = uvicorn.Server(uvicorn.Config(application, log_config=logs, lifespan="off", server_header=False))
    thread = threading.Thread(target=server.run, args=([listening],), name="ruv-demo", daemon=True)
    thread.start()
    try:
        while not server.started:
            if not thread.is_alive():
                raise Failure("El servicio de la demostración no pudo arrancar.")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_STOP_SECONDS)


def play(runtime: Runtime, address: str, seed: int, size: int) -> Played:
    """Fill the register, live the story, publish the numbers; everything that is then shown."""
    from app.access.actor import SETUP
    from stories.demo.cast import open_accounts
    from stories.demo.numbers import get_numbers
    from stories.demo.register import fill
    from stories.demo.story import tell_story

    with _progress() as bar:
        filled = fill(runtime.database, seed, size, bar)
    with runtime.database.session(SETUP) as session:
        passwords = open_accounts(session, runtime.password_cost)
    told = tell_story(address, passwords, say)
    numbers = get_numbers(runtime.database, address, passwords, say)
    return Played(size, filled, told, numbers, passwords)


@contextmanager
def _progress() -> Iterator[_Bar]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    from app.cli._console import err

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=err) as bars:
        yield _Bar(bars)


class _Bar:
    """One bar for each thing that is done."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._bars.add_task(what, total=total)
        self._bars.update(self._tasks[what], completed=done)


def _wait() -> None:
    """Until somebody stops it."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.wait(3600):
        pass
