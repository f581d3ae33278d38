"""`ruv import` and `ruv export`: individual data in and out, under an account and its policy."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from app.cli._actors import loader
from app.cli._console import BadUsage, Failure, err, say, show, show_json
from app.cli._setup import AsJson, DataDir, installation

if TYPE_CHECKING:
    from app.access.actor import Actor
    from app.runtime import Runtime
    from app.services.interop.formats import Format
    from app.services.interop.linking import Linked
    from app.services.interop.outcomes import Outcome, Summary, Writer

AsUser = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="USUARIO",
        help="Cuenta que lo hace; sin ella, la cuenta de carga de esta instalación.",
    ),
]


class Incoming(StrEnum):
    """Formats of a file to import."""

    CTDC = "ctdc"
    HTCDS = "htcds"


class Outgoing(StrEnum):
    """Formats of an export."""

    HTCDS = "htcds"
    PERSONS = "personas"


def import_command(
    file: Annotated[Path, typer.Argument(metavar="ARCHIVO", help="CSV en UTF-8 (o JSON, en htcds).")],
    form: Annotated[Incoming, typer.Option("--format", help="Formato del archivo.")],
    user: AsUser = None,
    commit: Annotated[bool, typer.Option("--commit", help="Guarda; sin esto solo revisa.")] = False,
    link: Annotated[
        bool,
        typer.Option("--link", help="Compara con el registro y anota parecidos; no guarda a nadie."),
    ] = False,
    report_to: Annotated[
        Path | None, typer.Option("--report", metavar="CSV", help="Informe por fila.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Importa un archivo: sin --commit solo lo revisa; con él guarda. Repetirlo no crea nada nuevo."""
    if link:
        _link(file, form, user, commit=commit, report_to=report_to, as_json=as_json, data_dir=data_dir)
        return
    from app.services.interop.importing import allow, begin, run
    from app.services.interop.outcomes import REFUSED, report

    chosen = _format(form)
    with installation(data_dir) as runtime, report(report_to) as write:
        actor = loader(runtime, user)
        allow(runtime.database, actor)
        summary = begin(file, chosen)
        try:
            with _progress(summary.rows, "Guardando" if commit else "Revisando", write) as done:
                run(runtime.database, actor, file, chosen, summary, commit=commit, done=done)
        except KeyboardInterrupt:
            say("Interrumpida. Lo guardado queda; repita la misma orden para continuar.")
            raise
        finally:
            _show(summary, commit=commit, as_json=as_json)
    if summary.results[REFUSED]:
        where = "vea el informe" if report_to else "repita con --report para ver cuáles"
        raise Failure(f"{summary.results[REFUSED]} filas rechazadas; {where}.")


def _link(
    file: Path,
    form: Incoming,
    user: str | None,
    *,
    commit: bool,
    report_to: Path | None,
    as_json: bool,
    data_dir: Path | None,
) -> None:
    """Compare the file with the register and with itself."""
    from app.services.interop.importing import allow, begin
    from app.services.interop.linking import Linked, link
    from app.services.interop.outcomes import REFUSED, report

    if commit:
        raise BadUsage("Use --link y --commit por separado: primero se compara y se decide, luego se guarda.")
    chosen = _format(form)
    with installation(data_dir) as runtime, report(report_to) as write:
        actor = loader(runtime, user)
        allow(runtime.database, actor)
        linked = Linked(begin(file, chosen).rows)
        try:
            with _progress(linked.rows, "Comparando", write) as done:
                link(runtime.database, actor, file, chosen, linked, done=done)
        except KeyboardInterrupt:
            say("Interrumpida. Lo comparado queda; repita la misma orden para continuar.")
            raise
        finally:
            _show_linked(linked, as_json=as_json)
    if refused := linked.results[REFUSED]:
        raise Failure(f"{refused} filas rechazadas y no comparadas; vea por qué con la orden sin --link.")


def export_command(
    form: Annotated[Outgoing, typer.Argument(metavar="FORMATO", help="htcds (CSV) o personas (JSON).")],
    user: AsUser = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="ARCHIVO", help="Sin él, la salida estándar.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Exporta las personas que la cuenta ve: con los nombres de HTCDS 2.0, o con todas sus filas en JSON."""
    with installation(data_dir) as runtime, _destination(out) as handle:
        actor = loader(runtime, user)
        (_export_htcds if form is Outgoing.HTCDS else _export_persons)(runtime, actor, handle)


def _export_htcds(runtime: Runtime, actor: Actor, handle: IO[str]) -> None:
    """CSV with what the account reads whole."""
    from app.services.interop.exporting import Exported, export_htcds
    from app.services.interop.htcds import columns_out

    counts = Exported()
    rows = export_htcds(runtime.database, actor, counts)
    lines = csv.DictWriter(handle, columns_out(), restval="", lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    say(f"{counts.persons} personas exportadas.")
    if counts.withheld:
        say(f"{counts.withheld} datos que la cuenta solo ve en parte no se exportaron.")
    if counts.broken:
        say(f"{counts.broken} partes no se exportaron: su sello está roto. Avise a Datos Personales.")
    for column, times in sorted(counts.without_counterpart.items()):
        say(f"{column}: {times} valores sin equivalente en HTCDS no se exportaron.")


def _export_persons(runtime: Runtime, actor: Actor, handle: IO[str]) -> None:
    """A person a line, as JSON."""
    from app.services.interop.exporting import export_persons

    count = 0
    for person in export_persons(runtime.database, actor):
        handle.write(json.dumps(person, ensure_ascii=False, default=str) + "\n")
        count += 1
    say(f"{count} personas exportadas.")


def _format(form: Incoming) -> Format:
    from app.services.interop import ctdc, htcds

    return {Incoming.CTDC: ctdc.FORMAT, Incoming.HTCDS: htcds.FORMAT}[form]


@contextmanager
def _progress(total: int, label: str, write: Writer) -> Iterator[Writer]:
    """Writes the outcomes of each batch, and moves a bar on the standard error."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as bar:
        task = bar.add_task(label, total=total)

        def done(outcomes: Sequence[Outcome]) -> None:
            write(outcomes)
            bar.advance(task, len(outcomes))

        yield done


@contextmanager
def _destination(out: Path | None) -> Iterator[IO[str]]:
    """Standard output, or a file only its owner reads, which appears whole or not at all."""
    if out is None:
        yield sys.stdout
        return
    draft = out.with_name(f"{out.name}.parcial")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as handle:
            yield handle
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _show(summary: Summary, *, commit: bool, as_json: bool) -> None:
    if as_json:
        show_json(_plain(summary, commit=commit))
        return
    show(
        f"{summary.read} de {summary.rows} filas leídas"
        + ("" if commit else " (revisión: no se guardó nada)")
    )
    for result, times in summary.results.items():
        show(f"  {times:>8} {_label(result)}")
    for title, counts in (("Rechazos", summary.refusals), ("Avisos", summary.warnings)):
        if counts:
            show(f"{title} (columna: código)")
        for name, times in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            show(f"  {times:>8} {name}")
    for name, times in summary.unknown_columns.items():
        show(f"Columna desconocida, no se importa: {name} ({times} valores)")
    for name, times in summary.columns_elsewhere.items():
        show(f"Columna que no es un dato de la persona, no se importa: {name} ({times} valores)")


def _show_linked(linked: Linked, *, as_json: bool) -> None:
    """The counts of a comparison; what was compared before an interruption is among them."""
    from app.services.interop.linking import LABELS, LIKELY, RESULTS

    if as_json:
        counts = {name: linked.results[name] for name in RESULTS}
        head = {"run": linked.run, "rows": linked.rows, "compared": linked.done}
        show_json({**head, "resumed_at": linked.resumed_at, "results": counts})
        return
    show(f"{linked.run}: {linked.done} de {linked.rows} filas comparadas (no se guardó a nadie)")
    for name in RESULTS:
        if linked.results[name]:
            show(f"  {linked.results[name]:>8} {LABELS[name]}")
    if any(linked.results[name] for name in LIKELY):
        show("Las dudas se deciden en /api/v1/matching/candidates; después, guarde con --commit.")


def _label(result: str) -> str:
    from app.services.interop.outcomes import CREATED, HELD, JOINED, PRESENT, REFUSED, VALID

    labels = {CREATED: "creadas", VALID: "válidas", PRESENT: "ya estaban", REFUSED: "rechazadas"}
    return {
        **labels,
        JOINED: "unidas a una persona ya registrada",
        HELD: "retenidas hasta que se decida",
    }[result]


def _plain(summary: Summary, *, commit: bool) -> dict[str, object]:
    from app.services.interop.outcomes import CREATED, HELD, JOINED, PRESENT, REFUSED, VALID

    return {
        "committed": commit,
        "rows": summary.rows,
        "read": summary.read,
        "valid": summary.results[VALID] + summary.results[CREATED],
        "created": summary.results[CREATED],
        "present": summary.results[PRESENT],
        "joined": summary.results[JOINED],
        "held": summary.results[HELD],
        "refused": summary.results[REFUSED],
        "refusals": dict(summary.refusals),
        "warnings": dict(summary.warnings),
        "unknown_columns": summary.unknown_columns,
        "columns_elsewhere": summary.columns_elsewhere,
    }
