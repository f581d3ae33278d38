"""`ruv directory`: the service directory, out and in as HSDS JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from app.access.act import UPKEEP, Act
from app.cli._actors import User, account
from app.cli._console import say, show, show_json
from app.cli._setup import AsJson, DataDir, installation

app = typer.Typer(help="Directorio de servicios (HSDS 3).", no_args_is_help=True)


@app.command("export")
def export_command(
    out: Annotated[
        Path | None, typer.Argument(metavar="ARCHIVO", help="JSON; sin él, la salida estándar.")
    ] = None,
    user: User = None,
    data_dir: DataDir = None,
) -> None:
    """Escribe el directorio entero como una página de servicios de HSDS."""
    from app.services.directory.exchange import exported

    with installation(data_dir) as runtime:
        actor = account(runtime, user)
        with runtime.database.session(actor) as session:
            page = exported(Act(session, UPKEEP))
    text = json.dumps(page, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    out.write_text(text, encoding="utf-8")
    say(f"{page['size']} servicios exportados.")


@app.command("import")
def import_command(
    file: Annotated[
        Path, typer.Argument(metavar="ARCHIVO", help="JSON de HSDS.", exists=True, dir_okay=False)
    ],
    user: User = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Carga servicios y lugares: todo o nada. Repetirlo no cambia nada."""
    from app.errors import Invalid
    from app.services.directory.exchange import imported

    with installation(data_dir) as runtime:
        actor = account(runtime, user)
        try:
            with runtime.database.session(actor) as session:
                done = imported(Act(session, UPKEEP), file.read_bytes())
        except Invalid as error:
            for one in error.errors:
                say(f"{one['field']}: {one['message']}")
            raise
    if as_json:
        show_json(dict(done))
        return
    show(f"{done['created']} creados, {done['changed']} cambiados, {done['same']} sin cambio")
