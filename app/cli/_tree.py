"""The tree of commands, loaded branch by branch, and how its errors are told."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from app.cli._console import BadUsage, complain
from app.cli._spanish import in_spanish


class Entry(NamedTuple):
    """Where a command is, and its line in the list; `part` names its function if the module has several."""

    module: str
    help: str
    part: str | None = None


COMMANDS: dict[str, Entry] = {
    "serve": Entry("app.cli.serve", "Atiende el registro en esta máquina."),
    "demo": Entry("app.cli.demo", "Muestra el trabajo de punta a punta con datos sintéticos."),
    "user": Entry("app.cli.users", "Cuentas de personas y de sistemas."),
    "import": Entry("app.cli.interop", "Carga casos de un archivo.", "import_command"),
    "export": Entry("app.cli.interop", "Escribe casos en un formato de intercambio.", "export_command"),
    "indicators": Entry("app.cli.releases", "Indicadores de la Política Nacional.", "indicators_command"),
    "reconcile": Entry(
        "app.cli.reconcile", "Cifras de un año conciliadas entre las fuentes.", "reconcile_command"
    ),
    "directory": Entry("app.cli.directory", "Directorio de servicios."),
    "release": Entry("app.cli.releases", "Publicaciones estadísticas."),
    "clocks": Entry("app.cli.clocks", "Plazos: cuántos hay y cuáles vencieron."),
    "db": Entry("app.cli.db", "Versión de la base de datos."),
    "keys": Entry("app.cli.keys", "Llaves."),
    "doctor": Entry("app.cli.doctor", "Revisa la instalación."),
    "openapi": Entry("app.cli.documents", "Imprime el documento OpenAPI.", "openapi_command"),
    "docs": Entry("app.cli.documents", "Escribe o revisa los documentos generados.", "docs_command"),
}


_COMPLETION = {"install_completion", "show_completion"}


class Ruv(TyperGroup):
    """`ruv`: lists its commands without loading them, and loads the one that is called."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        present = {name: entry for name, entry in entries.items() if find_spec(entry.module) is not None}
        super().__init__(
            name="ruv",
            help="RUV-Trata: registro único de víctimas de trata de personas.",
            commands={name: TyperCommand(name, help=entry.help) for name, entry in present.items()},
            no_args_is_help=True,
            subcommand_metavar="ORDEN [ARGUMENTOS]...",
        )
        self._entries = present
        in_spanish(self)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str, Any, list[str]]:  # noqa: ARG002
        """Load the command of this name.

        Raises:
            BadUsage: there is none.
        """
        entry = self._entries.get(args[0])
        if entry is None:
            raise BadUsage("No existe esa orden. `ruv --help` las enumera.")
        command = load(args[0], entry)
        return args[0], command, args[1:]


def load(name: str, entry: Entry) -> Any:
    """The command of an entry, with its help in Spanish."""
    module = import_module(entry.module)
    if entry.part is None:
        command: Any = get_command(module.app)
    else:
        alone = typer.Typer()
        alone.command()(getattr(module, entry.part))
        command = get_command(alone)
    command.name = name
    command.params = [p for p in command.params if p.name not in _COMPLETION]
    in_spanish(command)
    return command


def tell(error: Exception) -> int:
    """Say in one Spanish line what went wrong, without a traceback; returns the exit code."""
    from app.cli._failures import explained

    text, code = explained(error)
    if text:
        complain(text)
    return code
