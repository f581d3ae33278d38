"""`ruv keys`: the keys of this installation. Never the keys themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._console import BadUsage, err, say, show, show_json, show_table
from app.cli._setup import AsJson, DataDir, installation, settings_for

if TYPE_CHECKING:
    from app.services.index_keys.rotation import Progress

app = typer.Typer(no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Llaves de la instalación."""


@app.command()
def status(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Enumera las llaves: para qué son, su versión, su estado y qué llave raíz las envuelve."""
    from app.access.actor import SETUP
    from app.services.index_keys.queries import rotation_under_way, stored_keys

    with installation(data_dir) as runtime, runtime.database.session(SETUP) as session:
        found, rotation = stored_keys(session), rotation_under_way(session)
    if as_json:
        show_json({"keys": found, "rotation": rotation})
        return
    columns = ("Para", "Versión", "Estado", "Marcas", "Llave raíz", "Creada", "Retirada")
    show_table(
        columns, ([str(value) if value is not None else "" for value in key.values()] for key in found)
    )
    if rotation is not None:
        show(
            f"Cambio de la llave de búsqueda sin terminar: {rotation['records']} registros hechos."
            " Continúa con `ruv keys rotate --index`."
        )


@app.command()
def rotate(
    index: Annotated[bool, typer.Option("--index", help="La llave de las marcas de búsqueda.")] = False,
    batch: Annotated[
        int, typer.Option("--batch", min=1, max=10_000, help="Registros por transacción.")
    ] = 500,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Cambia la llave de búsqueda mientras el servicio atiende; si se corta, la misma orden continúa."""
    from app.postgres.names import APP, OWNER
    from app.runtime import require_address, root_key
    from app.services.index_keys.rotation import rotate as rotate_index

    if not index:
        raise BadUsage("Diga qué llave cambia: --index.")
    for role in (APP, OWNER):
        require_address(settings_for(data_dir), role)
    with installation(data_dir) as runtime:
        root = root_key(runtime.settings, create=False)
        try:
            with _progress() as told:
                done = rotate_index(runtime.database, root, told, batch=batch)
        except KeyboardInterrupt:
            say("Interrumpido. Lo hecho queda; repita la misma orden para continuar.")
            raise
    if as_json:
        show_json({"version": done.version, "records": done.records})
    else:
        show(f"La llave de búsqueda es la versión {done.version}; {done.records} registros rehechos.")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on the standard error."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task("Rehaciendo marcas")
        yield lambda done, total: bar.update(task, completed=done, total=total)
