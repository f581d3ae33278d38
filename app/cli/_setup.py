"""What commands share: options, and the installation they work on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._console import say

if TYPE_CHECKING:
    from app.config import Settings
    from app.runtime import Runtime

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Carpeta de la base de datos propia, las llaves y los registros (RUV_DATA_DIR).",
        file_okay=False,
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Salida para máquinas.")]


def settings_for(data_dir: Path | None) -> Settings:
    """The settings, with the data folder given on the command line."""
    from app.config import hand_down

    return hand_down(data_dir=data_dir.expanduser().resolve() if data_dir else None)


@contextmanager
def installation(data_dir: Path | None = None) -> Iterator[Runtime]:
    """The installation, opened (and created or upgraded where it is embedded) for one command.

    The embedded server is given back without waiting: it stops by itself some seconds later, and the next
    command in a row finds it running.
    """
    from app.runtime import open_runtime

    runtime = open_runtime(settings_for(data_dir), progress=say)
    try:
        yield runtime
    finally:
        runtime.close()
