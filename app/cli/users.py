"""`ruv user`: accounts."""

from __future__ import annotations

import secrets
import sys
from getpass import getpass
from typing import Annotated

import typer

from app.access.act import UPKEEP, Act
from app.cli._console import BadUsage, Failure, say, show, show_json
from app.cli._setup import AsJson, DataDir, installation

app = typer.Typer(no_args_is_help=True)
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Lee la contraseña de la entrada estándar.")
]
_SECRET_BYTES = 32


@app.callback()
def users() -> None:
    """Cuentas de personas y de sistemas."""


@app.command()
def add(
    username: Annotated[str, typer.Argument(help="Nombre de usuario.", metavar="NOMBRE")],
    unit: Annotated[str, typer.Option(help="Código de la unidad.")],
    role: Annotated[str, typer.Option(help="Función (vea docs/politica-de-acceso.md).")],
    supervisor: Annotated[
        bool, typer.Option("--supervisor", help="Ve todos los casos de su unidad.")
    ] = False,
    service: Annotated[
        bool, typer.Option("--service", help="Cuenta de un sistema: se genera su secreto.")
    ] = False,
    password_stdin: PasswordStdin = False,
    unit_name: Annotated[str | None, typer.Option(help="Nombre; crea la unidad si no existe.")] = None,
    unit_kind: Annotated[str, typer.Option(help="Clase de la unidad que se crea.")] = "CENTRAL",
    department: Annotated[
        str | None, typer.Option(help="Departamento (2 cifras del INEI) de la unidad que se crea.")
    ] = None,
    institution: Annotated[
        str | None, typer.Option(help="Código de la institución de la unidad que se crea.")
    ] = None,
    institution_name: Annotated[
        str | None, typer.Option(help="Nombre; crea la institución si no existe.")
    ] = None,
    sector: Annotated[str, typer.Option(help="Sector de la institución que se crea.")] = "publico",
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Crea una cuenta. La contraseña se pregunta; nunca es un argumento."""
    from app.access.actor import SETUP
    from app.services.institutions.service import create_user

    if service and password_stdin:
        raise BadUsage("--service genera el secreto: no lo combine con --password-stdin.")
    if unit_name is not None and institution is None:
        raise BadUsage("Para crear la unidad indique también --institution.")
    password = secrets.token_urlsafe(_SECRET_BYTES) if service else _asked(password_stdin)
    with installation(data_dir) as runtime, runtime.database.session(SETUP) as session:
        act = Act(session, UPKEEP)
        if unit_name is not None and institution is not None:
            _create_unit(
                act, (institution, institution_name, sector), (unit, unit_name, unit_kind, department)
            )
        create_user(
            act, unit, username, role, password,
            supervisor=supervisor, service_account=service, cost=runtime.password_cost,
        )  # fmt: skip
    _tell(username, role, unit, password if service else None, as_json=as_json)


@app.command()
def password(
    username: Annotated[str, typer.Argument(help="Nombre de usuario.", metavar="NOMBRE")],
    password_stdin: PasswordStdin = False,
    data_dir: DataDir = None,
) -> None:
    """Repone la contraseña de una cuenta, termina su espera y cierra sus sesiones."""
    from app.access.actor import SIGN_IN
    from app.services.access.own import reset_password

    new = _asked(password_stdin)
    with installation(data_dir) as runtime, runtime.database.session(SIGN_IN) as session:
        reset_password(session, username, new, runtime.password_cost)
    say(f"Contraseña repuesta: {username}.")


def _asked(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadUsage("No hay terminal donde preguntar la contraseña; use --password-stdin.")
    first = getpass("Contraseña (15 caracteres o más): ")
    if getpass("Repítala: ") != first:
        raise Failure("Las dos contraseñas no son iguales. No se cambió nada.")
    return first


def _create_unit(
    act: Act, institution: tuple[str, str | None, str], unit: tuple[str, str, str, str | None]
) -> None:
    from sqlalchemy import select

    from app.models import Institution
    from app.services.institutions.service import create_institution, create_unit

    code, name, sector = institution
    if name is not None:
        owner: int | None = create_institution(act, code, name, sector)
    else:
        owner = act.session.scalar(select(Institution.id).where(Institution.code == code))
    if owner is None:
        raise Failure(f"No existe la institución {code}; créela con --institution-name.")
    create_unit(act, owner, *unit)


def _tell(username: str, role: str, unit: str, secret: str | None, *, as_json: bool) -> None:
    if as_json:
        answer = {"username": username, "role": role, "unit": unit}
        show_json(answer if secret is None else {**answer, "client_secret": secret})
        return
    say(f"Cuenta creada: {username} ({role}, {unit}).")
    if secret is not None:
        say("Secreto del sistema; se muestra esta única vez:")
        show(secret)
