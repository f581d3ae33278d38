"""`ruv reconcile`: the figures of a year, reconciled between the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from app.access.act import UPKEEP, Act
from app.cli._actors import User, account
from app.cli._console import show, show_json, show_table
from app.cli._setup import AsJson, DataDir, installation


def reconcile_command(
    year: Annotated[int, typer.Option("--year", min=1900, max=2200, help="Año de referencia.")],
    released: Annotated[
        bool, typer.Option("--release", help="La forma que puede publicarse: reserva los números pequeños.")
    ] = False,
    user: User = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Concilia un año: registros y personas por fuente, y cuántas tienen en común dos y tres de ellas."""
    from app.services.reconciliation.service import reconcile

    with installation(data_dir) as runtime:
        actor = account(runtime, user)
        with runtime.database.session(actor) as session:
            report = reconcile(runtime.database, Act(session, UPKEEP), year, released=released)
    if as_json:
        show_json(report)
        return
    _show(report)


def _show(report: Mapping[str, Any]) -> None:
    head = f"{report['year']}: {_number(report['persons'])} personas"
    show(head + (f" en {report['records']} registros" if "records" in report else ""))
    show_table(
        ("Fuente", "Registros", "Personas", "Solo en ella"),
        [
            (
                row["label"],
                _number(row["records"]),
                _number(row["persons"]),
                _number(row["only_here"]) if "only_here" in row else "",
            )
            for row in report["sources"]
        ],
    )
    labels = {row["source"]: row["label"] for row in report["sources"]}
    _show_overlaps(report["pairs"], labels, "En común de dos")
    _show_overlaps(report["triples"], labels, "En común de tres")
    undecided = report["undecided"]
    if "value" in undecided:
        show(f"Dudas sin decidir: {_number(undecided)}")
    else:
        show("Dudas sin decidir: " + ", ".join(f"{n} {band.lower()}" for band, n in undecided.items()))
    show(f"Reglas {report['rules_version']}; al {report['as_of']}; huella {report['input_hash']}")
    for note in report["notes"]:
        show(note)


def _show_overlaps(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], title: str) -> None:
    if rows:
        show(title)
    for row in rows:
        names = " · ".join(labels[source] for source in row["sources"])
        show(f"  {_number(row['persons']):>9} {names}")


def _number(cell: Any) -> str:
    """A number, or that it is reserved."""
    if isinstance(cell, Mapping):
        return "reservado" if cell["value"] is None else str(cell["value"])
    return str(cell)
