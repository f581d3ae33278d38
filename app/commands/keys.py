"""`ruv keys`: the keys of this installation. Never the keys themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from app.commands._console import show_json, show_table
from app.commands._setup import AsJson, DataDir, installation

if TYPE_CHECKING:
    from app.runtime import Runtime

app = typer.Typer(no_args_is_help=True)


@app.callback()
def keys() -> None:
    """Llaves de la instalación."""


@app.command()
def status(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Enumera las llaves: para qué son, su versión y qué llave raíz las envuelve."""
    with installation(data_dir) as runtime:
        found = wrapped_keys(runtime)
    if as_json:
        show_json({"keys": found})
        return
    columns = ("Para", "Versión", "Llave raíz", "Creada", "Retirada")
    show_table(
        columns, ([str(value) if value is not None else "" for value in key.values()] for key in found)
    )


def wrapped_keys(runtime: Runtime) -> list[dict[str, object]]:
    """Every key-encryption key and service secret, by purpose and version; that they open was checked."""
    from sqlalchemy import select

    from app.access.actor import SETUP
    from app.models import Kek

    with runtime.database.session(SETUP) as session:
        rows = session.execute(
            select(Kek.purpose, Kek.version, Kek.root_key_id, Kek.created_at, Kek.retired_at).order_by(
                Kek.purpose, Kek.version
            )
        ).all()
    names = ("purpose", "version", "root_key", "created_at", "retired_at")
    return [dict(zip(names, row, strict=True)) for row in rows]
