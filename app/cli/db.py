"""`ruv db`: the database's version."""

from __future__ import annotations

import typer

from app.cli._console import Failure, complain, say, show, show_json
from app.cli._setup import AsJson, DataDir, settings_for

app = typer.Typer(no_args_is_help=True)


@app.callback()
def db() -> None:
    """Versión de la base de datos: migraciones, política y llaves."""


@app.command()
def upgrade(data_dir: DataDir = None) -> None:
    """Lleva la base de datos a la versión de este programa, como su dueño. Se puede repetir."""
    from app.cli._server import database_urls
    from app.postgres.names import OWNER
    from app.runtime import install, require_address

    settings = settings_for(data_dir)
    require_address(settings, OWNER)
    with database_urls(settings) as urls:
        install(urls, settings, progress=say)
    say("La base de datos está en la versión de este programa.")


@app.command()
def check(as_json: AsJson = False) -> None:
    """Prueba todas las migraciones, ida y vuelta, en una base de datos temporal."""
    from app.cli._migrations import check_migrations

    findings = check_migrations(say)
    if as_json:
        show_json({"findings": findings})
    if findings:
        raise Failure("Las migraciones fallan: " + " ".join(findings))
    say("Las migraciones suben, bajan y dejan las tablas que el programa espera.")


@app.command()
def schema() -> None:
    """Escribe junto a las migraciones lo que dejan: cada función, cada tabla con sus políticas, la cabeza."""
    from app.cli._migrations import empty_database, write_outcome

    with empty_database(say) as owner:
        changed = write_outcome(owner)
    for path in changed:
        say(f"Escrito: {path}")
    if not changed:
        say("Las páginas del esquema están al día.")


@app.command()
def lint() -> None:
    """Revisa el SQL de las migraciones que aún no están desplegadas: bloqueos, datos que se pierden."""
    from app.cli._lint import DEPLOYED, undeployed
    from app.cli._lint import lint as judge
    from app.cli._migrations import empty_database

    revisions = undeployed()
    if not revisions:
        say(f"No hay migraciones después de {DEPLOYED}, la última desplegada.")
        return
    with empty_database(say) as owner:
        findings = judge(owner, revisions)
    for line in findings:
        complain(line)
    if findings:
        raise Failure(
            f"El SQL de las migraciones tiene reparos: {len(findings)} (reglas en migrations/squawk.toml)."
        )
    say(f"El SQL de {', '.join(revisions)} no tiene reparos.")


@app.command()
def sql() -> None:
    """Imprime el SQL con que el administrador de un servidor crea los roles y la base de datos."""
    from app.postgres import setup_sql

    show(setup_sql(), end="")
