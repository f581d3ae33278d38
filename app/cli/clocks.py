"""`ruv clocks`: deadlines by kind and state, and the sweep by hand. Figures only."""

from __future__ import annotations

import typer

from app.cli._console import show, show_json, show_table
from app.cli._setup import AsJson, DataDir, installation
from app.states import ClockStep

app = typer.Typer(invoke_without_command=True)


@app.callback()
def clocks(context: typer.Context, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Cuenta los plazos por clase y estado, y cuántos esperan a que se les atienda."""
    if context.invoked_subcommand is not None:
        return
    from app.access.actor import SCHEDULER
    from app.services.clocks.catalogue import kinds
    from app.services.scheduler.sweeping import counts

    with installation(data_dir) as runtime, runtime.database.session(SCHEDULER) as session:
        found = counts(session)
    if as_json:
        show_json({"clocks": found})
        return
    labels = {code: kind.label for code, kind in kinds().items()}
    show_table(
        ("Plazo", "Estado", "Cuántos", "Esperan"),
        (
            (labels.get(row["kind"], row["kind"]), row["state"], str(row["clocks"]), str(row["waiting"]))
            for row in found
        ),
    )


@app.command()
def sweep(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Atiende ahora todo plazo que llegó a su hora: recuerda, marca vencidos y escala, una vez cada uno."""
    from app.services.scheduler.sweeping import sweep as sweep_now

    with installation(data_dir) as runtime:
        done = sweep_now(runtime.database)
    if as_json:
        show_json({"fired": dict(sorted(done.items()))})
    else:
        show(
            f"Recordatorios: {done[ClockStep.REMINDED]}. Vencidos: {done[ClockStep.OVERDUE]}. "
            f"Escalados: {done[ClockStep.ESCALATED]}."
        )
