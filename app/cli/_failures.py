"""Every failure of a command as one Spanish line; libraries' own words may hold values: not repeated."""

from __future__ import annotations

import traceback
from typing import Any

from typer import Abort, Exit, TyperException

from app.cli._console import BadUsage, Failure

_USAGE = 2
_INTERRUPTED = 130


def explained(error: Exception) -> tuple[str, int]:
    """The line to show (empty for none) and the exit code."""
    if isinstance(error, Exit):
        return "", error.exit_code
    if isinstance(error, Abort):
        return "Cancelado.", _INTERRUPTED
    if isinstance(error, Failure | BadUsage):
        return error.message, error.exit_code
    if isinstance(error, TyperException):
        return _usage(error), error.exit_code
    return _of_the_product(error) or _unexpected(error), _USAGE if _called_wrongly(error) else 1


def _called_wrongly(error: Exception) -> bool:
    from app.runtime import AddressMissing

    return isinstance(error, AddressMissing)


def _usage(error: TyperException) -> str:
    """A wrong call, in our words: the option is named, its value is not."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":  # the help was its answer
        return ""
    if kind == "NoSuchOption":
        return f"No existe la opción {getattr(error, 'option_name', '')}. Vea --help."
    if kind == "MissingParameter":
        return f"Falta {_parameter(error)}. Vea --help."
    if kind == "BadParameter":
        return f"Valor no válido en {_parameter(error)}. Vea --help."
    if kind == "BadOptionUsage":
        return f"La opción {getattr(error, 'option_name', '')} necesita un valor. Vea --help."
    if error.message.startswith("No such command"):
        return "No existe esa orden. Vea --help."
    return "Argumentos incorrectos. Vea --help."


def _parameter(error: TyperException) -> str:
    parameter: Any = getattr(error, "param", None)
    if parameter is None:
        return "un argumento"
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name).upper()


def _of_the_product(error: Exception) -> str | None:
    from pydantic import ValidationError

    from app.db import DATABASE_ERRORS, translated
    from app.errors import AppError
    from app.postgres import PostgresError
    from app.runtime import NotInstalled
    from app.vault import VaultError

    if isinstance(error, AppError):
        would = [f"({', '.join(f['choices'])})" for f in error.errors if "choices" in f]
        return " ".join(dict.fromkeys([error.detail, *(f["message"] for f in error.errors), *would]))
    if isinstance(error, PostgresError | VaultError | NotInstalled):
        return str(error)
    if isinstance(error, ValidationError):
        names = ", ".join(f"RUV_{'.'.join(map(str, found['loc'])).upper()}" for found in error.errors())
        return f"Configuración no válida: {names}."
    if isinstance(error, DATABASE_ERRORS) and (known := translated(error)) is not None:
        return f"La base de datos no atiende la orden. {known.detail}"
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}: {error.filename or 'archivo'}"
    return None


def _unexpected(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" en {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"Error inesperado ({type(error).__name__}{place})."
