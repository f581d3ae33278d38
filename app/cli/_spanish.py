"""Typer's own words in Spanish: it has no translations, so they are replaced where it keeps them."""

from __future__ import annotations

from typing import Any

from typer import rich_utils
from typer.core import TyperGroup

_HELP = "Muestra esta ayuda y termina."
_TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Argumentos",
    "OPTIONS_PANEL_TITLE": "Opciones",
    "COMMANDS_PANEL_TITLE": "Órdenes",
    "DEFAULT_STRING": "[por defecto: {}]",
    "ENVVAR_STRING": "[variable: {}]",
    "REQUIRED_LONG_STRING": "[obligatorio]",
}
for _name, _text in _TITLES.items():
    setattr(rich_utils, _name, _text)


def in_spanish(command: Any) -> None:
    """Let a command, and those below it, speak Spanish in its help."""
    usage, help_option = command.get_usage, command.get_help_option

    def get_usage(ctx: Any) -> str:
        text: str = usage(ctx)
        return (
            text.replace("Usage:", "Uso:", 1)
            .replace("[OPTIONS]", "[OPCIONES]")
            .replace("COMMAND [ARGS]", "ORDEN [ARGUMENTOS]")
        )

    def get_help_option(ctx: Any) -> Any:
        option = help_option(ctx)
        if option is not None:
            option.help = _HELP
        return option

    command.get_usage = get_usage
    command.get_help_option = get_help_option
    if isinstance(command, TyperGroup):
        for below in command.commands.values():
            in_spanish(below)
