"""`ruv doctor`: is this installation well?"""

from __future__ import annotations

import typer

from app.cli._console import show_json, show_table
from app.cli._setup import AsJson, DataDir, settings_for

app = typer.Typer()


@app.command()
def doctor(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Revisa la instalación sin cambiarla; termina con 1 si algo está mal y dice cómo arreglarlo."""
    from app.cli._checks import examine

    checks = list(examine(settings_for(data_dir)))
    well = all(check.ok for check in checks)
    if as_json:
        show_json({"ok": well, "checks": [check.plain() for check in checks]})
    else:
        show_table(
            ("", "Revisión", "Resultado"),
            ((("bien" if check.ok else "MAL"), check.name, check.text) for check in checks),
        )
    if not well:
        raise typer.Exit(1)
