"""`ruv serve`: the register at work on this machine."""

from __future__ import annotations

import errno
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._console import Failure, say
from app.cli._memory import keep_what_is_loaded
from app.cli._setup import DataDir, settings_for

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

    from app.config import Settings
    from app.runtime import Runtime

app = typer.Typer()

_PORT_PATIENCE = 15.0  # seconds that workers of a killed parent may take to finish their requests
_STOP_SECONDS = 20
_OTHER_CONNECTIONS = 40
"""Kept for reports, releases, commands and the server's own use."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Dirección en la que se atiende.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Puerto; 0 elige uno libre.", min=0, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Procesos que atienden.", min=1, max=64)] = 1,
    data_dir: DataDir = None,
) -> None:
    """Atiende el registro. Sin configuración usa una base de datos y llaves propias."""
    from app.postgres.names import APP
    from app.runtime import open_runtime, require_address
    from app.services.clocks.catalogue import kinds

    settings = _sharing_connections(settings_for(data_dir), workers)
    require_address(settings, APP)
    first_time = settings.embedded and not settings.root_key_path.exists()
    kinds()  # an unfit file of deadlines is told before anything starts
    listening = listen(host, port)
    runtime = open_runtime(settings, progress=say)
    try:
        if first_time:
            _introduce(settings)
        say(f"Se atiende en http://{_address(listening)} (Ctrl+C termina).")
        _run(_config(settings, runtime, workers), listening)
    finally:
        _close(runtime, settings)


def _sharing_connections(settings: Settings, workers: int) -> Settings:
    """Pools that together fit the embedded server: a full pool makes wait, a full server refuses."""
    from app.config import hand_down
    from app.postgres.cluster import DEFAULTS

    each = (int(DEFAULTS["max_connections"]) - _OTHER_CONNECTIONS) // workers - int(settings.scheduler)
    if not settings.embedded or settings.pool_size + settings.max_overflow <= each:
        return settings
    pool_size = max(1, min(settings.pool_size, each))
    return hand_down(pool_size=pool_size, max_overflow=max(0, each - pool_size))


def listen(host: str, port: int) -> socket.socket:
    """A bound socket. Waits a little for workers of a killed parent, which are finishing their requests.

    Raises:
        Failure: the address is taken or is not of this machine.
    """
    deadline = time.monotonic() + _PORT_PATIENCE
    told = False
    while True:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                reason = "ya está ocupado" if error.errno == errno.EADDRINUSE else "no se puede usar"
                raise Failure(
                    f"El puerto {port} de {host} {reason}. Elija otro con --port o --host."
                ) from None
        if not told:
            say(f"El puerto {port} está ocupado; se espera un momento.")
            told = True
        time.sleep(0.2)


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except BaseException:
        listening.close()
        raise
    listening.set_inheritable(True)
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _config(settings: Settings, runtime: Runtime, workers: int) -> uvicorn.Config:
    import uvicorn

    from app.cli._logs import log_config

    return uvicorn.Config(
        _application(settings, runtime) if workers == 1 else "app.cli._worker:create_worker",
        factory=workers > 1,
        workers=workers,
        log_config=log_config(),
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )


def _application(settings: Settings, runtime: Runtime) -> FastAPI:
    from app.main import create_app

    made = create_app(settings, opener=lambda _: runtime)
    keep_what_is_loaded()
    return made


def _run(config: uvicorn.Config, listening: socket.socket) -> None:
    import uvicorn
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    server = uvicorn.Server(config)
    if config.workers > 1:
        parent = Multiprocess(config, sockets=[listening])
        parent.run()
        if any(worker.exitcode == STARTUP_FAILURE for worker in parent.processes):
            raise Failure("Los procesos que atienden no pudieron arrancar; vea los mensajes anteriores.")
        return
    # The server sends itself the signal once more when it has stopped; there is still a database to close.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_stopping)
    with suppress(SystemExit):  # how the server says that it did not start
        server.run([listening])
    if not server.started:
        raise Failure("El servicio no pudo arrancar.")


def _already_stopping(*_: object) -> None:
    """Nothing more to do: the stop is under way."""


def _close(runtime: Runtime, settings: Settings) -> None:
    if runtime.server is None:
        runtime.close()
        return
    say("Se cierra la base de datos.")
    runtime.close(wait=settings.postgres_grace + 30.0)


def _introduce(settings: Settings) -> None:
    """What the operator must know once: where data and keys are, and what their loss means."""
    key, data = settings.root_key_path, Path(settings.data_dir)
    say(
        "\nPrimera instalación.\n"
        f"  Datos:      {data}\n"
        f"  Llave raíz: {key}\n"
        "  Copie la llave raíz a un lugar seguro y distinto del de las copias de los datos: sin ella nadie\n"
        "  puede leer el registro, y quien tenga ambas lo puede leer todo. Para copiar los datos, detenga\n"
        f"  el servicio y copie {data / 'pgdata'} entera.\n"
        "  Cree la primera cuenta con: ruv user add NOMBRE --unit CODIGO --role FUNCION\n"
    )
