"""`ruv import` and `ruv export htcds`: individual data in and out, under an account and its policy.

Exit codes: 0 done, 1 failed, 2 bad usage, 3 done but with refused rows, 130 interrupted. Progress goes to
standard error, results to standard output.
"""

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from app.access.actor import SETUP, Actor
from app.commands.releases import installation, note
from app.errors import Invalid
from app.runtime import Runtime
from app.services.institutions.service import actor_of
from app.services.interop import ctdc, htcds
from app.services.interop.exporting import Exported, export_htcds
from app.services.interop.importing import allow, begin, run
from app.services.interop.outcomes import CREATED, PRESENT, REFUSED, VALID, Outcome, Summary, report

WITH_REFUSALS = 3
INTERRUPTED = 130
LABELS = {CREATED: "creadas", VALID: "válidas", PRESENT: "ya estaban", REFUSED: "rechazadas"}

export_app = typer.Typer(
    help="Exporta datos individuales; cada consulta queda registrada.", no_args_is_help=True
)


class FormatName(StrEnum):
    """Formats of a file to import."""

    CTDC = "ctdc"
    HTCDS = "htcds"


FORMATS = {FormatName.CTDC: ctdc.FORMAT, FormatName.HTCDS: htcds.FORMAT}

AsUser = Annotated[
    str, typer.Option("--as", "--como", metavar="USUARIO", help="Cuenta que lo hace; queda registrada.")
]
Json = Annotated[bool, typer.Option("--json", help="Salida para otros programas.")]


def import_command(
    file: Annotated[Path, typer.Argument(metavar="ARCHIVO", help="CSV en UTF-8 (o JSON, en htcds).")],
    form: Annotated[FormatName, typer.Option("--format", "--formato", help="Formato del archivo.")],
    user: AsUser,
    commit: Annotated[bool, typer.Option("--commit", help="Guarda; sin esto solo revisa.")] = False,
    report_to: Annotated[
        Path | None, typer.Option("--report", "--informe", metavar="CSV", help="Informe por fila.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Importa un archivo: sin --commit solo lo revisa; con él guarda. Repetirlo no crea nada nuevo."""
    chosen = FORMATS[form]
    with installation() as runtime, report(report_to) as write:
        actor = _account(runtime, user)
        allow(runtime.database, actor)
        summary = begin(file, chosen)
        try:
            with _progress(summary.rows, "Guardando" if commit else "Revisando") as advance:

                def done(outcomes: Sequence[Outcome]) -> None:
                    write(outcomes)
                    advance(len(outcomes))

                run(runtime.database, actor, file, chosen, summary, commit=commit, done=done)
        except KeyboardInterrupt:
            _show(summary, commit=commit, as_json=as_json)
            note("Interrumpida. Lo guardado queda; repita el mismo comando para continuar.")
            raise typer.Exit(INTERRUPTED) from None
    _show(summary, commit=commit, as_json=as_json)
    if summary.results[REFUSED]:
        raise typer.Exit(WITH_REFUSALS)


@export_app.command("htcds")
def export_command(
    user: AsUser,
    out: Annotated[
        Path | None, typer.Option("--out", "--salida", metavar="CSV", help="Archivo; sin él, a la pantalla.")
    ] = None,
) -> None:
    """Exporta las personas que la cuenta ve, con los nombres de HTCDS 2.0 y solo lo que ve completo."""
    counts = Exported()
    with installation() as runtime:
        actor = _account(runtime, user)
        rows = export_htcds(runtime.database, actor, counts)
        with _destination(out) as handle:
            lines = csv.DictWriter(handle, htcds.columns_out(), restval="", lineterminator="\n")
            lines.writeheader()
            lines.writerows(rows)
    note(f"{counts.persons} personas exportadas.")
    if counts.withheld:
        note(f"{counts.withheld} datos que la cuenta solo ve en parte no se exportaron.")
    for column, times in sorted(counts.without_counterpart.items()):
        note(f"{column}: {times} valores sin equivalente en HTCDS no se exportaron.")


def _account(runtime: Runtime, username: str) -> Actor:
    with runtime.database.session(SETUP) as session:
        return actor_of(session, username)


@contextmanager
def _progress(total: int, label: str) -> Iterator["_Advance"]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield _Advance(bar, bar.add_task(label, total=total))


class _Advance:
    """Moves a progress bar on."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task = bar, task

    def __call__(self, rows: int) -> None:
        self._bar.advance(self._task, rows)


@contextmanager
def _destination(out: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file only its owner reads, which appears whole or not at all."""
    if out is None:
        yield sys.stdout
        return
    draft = out.with_name(f"{out.name}.parcial")
    try:
        handle = os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        )
    except OSError:
        raise Invalid("No se puede escribir el archivo; revise la ruta y los permisos.") from None
    try:
        with handle:
            yield handle
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _show(summary: Summary, *, commit: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_plain(summary, commit=commit), ensure_ascii=False))
        return
    typer.echo(
        f"{summary.read} de {summary.rows} filas leídas"
        + ("" if commit else " (revisión: no se guardó nada)")
    )
    for result, label in LABELS.items():
        if summary.results[result]:
            typer.echo(f"  {summary.results[result]:>8} {label}")
    for title, counts in (("Rechazos", summary.refusals), ("Avisos", summary.warnings)):
        if counts:
            typer.echo(f"{title} (columna: código)")
        for name, times in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            typer.echo(f"  {times:>8} {name}")
    for name, times in summary.unknown_columns.items():
        typer.echo(f"Columna desconocida, no se importa: {name} ({times} valores)")
    for name, times in summary.columns_elsewhere.items():
        typer.echo(f"Columna que no se importa como dato de la persona: {name} ({times} valores)")


def _plain(summary: Summary, *, commit: bool) -> dict[str, object]:
    return {
        "committed": commit,
        "rows": summary.rows,
        "read": summary.read,
        "valid": summary.results[VALID] + summary.results[CREATED],
        "created": summary.results[CREATED],
        "present": summary.results[PRESENT],
        "refused": summary.results[REFUSED],
        "refusals": dict(summary.refusals),
        "warnings": dict(summary.warnings),
        "unknown_columns": summary.unknown_columns,
        "columns_elsewhere": summary.columns_elsewhere,
    }
