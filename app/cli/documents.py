"""`ruv openapi` and `ruv docs`: what is written from the code itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli._console import Failure, say, show_json


def openapi_command() -> None:
    """Imprime el documento OpenAPI de la interfaz."""
    from app.main import create_app

    show_json(create_app().openapi())


def docs_command(
    check: Annotated[bool, typer.Option("--check", help="Solo revisa que estén al día.")] = False,
    root: Annotated[Path, typer.Option(help="Raíz del repositorio.", file_okay=False, exists=True)] = Path(),
) -> None:
    """Escribe lo que se genera del código: diccionario, política, errores y palabras."""
    made = generated(root)
    stale = [path for path, text in made.items() if not _same(path, text)]
    if check and stale:
        raise Failure(f"No están al día: {', '.join(map(str, stale))}. Ejecute `ruv docs`.")
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")
        say(f"Escrito: {path}")
    if not stale:
        say("Los documentos generados están al día.")


def generated(root: Path) -> dict[Path, str]:
    """The generated documents by path; catalogues keep their translations."""
    from app.access import policy_page
    from app.access.policy import policy
    from app.edge import errors_page
    from app.records import dictionary
    from app.web.i18n import catalogue

    return {
        root / dictionary.PATH: dictionary.render(),
        root / policy_page.PATH: policy_page.render(policy()),
        root / errors_page.PATH: errors_page.render(),
        **{root / catalogue.PATH / f"{code}.po": catalogue.updated(code) for code in catalogue.TRANSLATED},
    }


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
