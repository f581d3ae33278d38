"""`ruv release`: build, approve and look at releases, verify the privacy ledger; and `ruv indicators`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli._actors import User, account
from app.cli._console import BadUsage, complain, say, show, show_json, show_table
from app.cli._setup import AsJson, DataDir, installation

if TYPE_CHECKING:
    from app.services.indicators.views import ExactIndicatorView
    from app.services.releases.queries import ReleaseView

app = typer.Typer(no_args_is_help=True)

Code = Annotated[str, typer.Argument(metavar="CODIGO", help="Código de la liberación (LI-...).")]
Approver = Annotated[str, typer.Option("--user", metavar="USUARIO", help="Cuenta que aprueba.")]


@app.callback()
def releases() -> None:
    """Liberaciones: tablas anónimas por año, con su libro de privacidad."""


@app.command()
def build(
    year: Annotated[
        int | None,
        typer.Option("--year", min=1900, max=2200, help="Año de referencia; si falta, el último que cerró."),
    ] = None,
    revision: Annotated[
        bool, typer.Option("--revision", help="Sortea la única revisión del año; pide --reason.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="MOTIVO", help="Por qué se revisa; se publica con ella.")
    ] = None,
    user: User = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Construye la liberación de un año, una sola vez: gasta su presupuesto y sortea el ruido."""
    from app.services.releases import build as building
    from app.services.releases.ledger import CAP
    from app.services.releases.queries import APPROVALS

    if revision is not (reason is not None):
        raise BadUsage("La revisión de un año se pide con --revision y --reason, los dos.")
    wanted = building.today_in_lima().year - 1 if year is None else year
    with installation(data_dir) as runtime:
        say(f"Construyendo la liberación de {wanted}...")
        built = building.build(runtime.database, account(runtime, user), wanted, revision=reason)
    if as_json:
        spent = {"rho": float(built.rho), "spent": float(built.spent)}
        show_json({"code": built.code, "year": built.year, "kind": built.kind.value, **spent})
        return
    show(f"{built.code}  {built.year}  {built.kind}  rho {built.rho:.4f}  ({built.spent:.4f} de {CAP})")
    show(f"Falta que la aprueben {APPROVALS} personas: ruv release publish {built.code} --user USUARIO")


@app.command()
def publish(code: Code, user: Approver, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Aprueba una liberación; la segunda aprobación, de otra persona, la publica."""
    from app.access.guard import canonical
    from app.services.releases.queries import APPROVALS
    from app.services.releases.service import approve

    with installation(data_dir) as runtime:
        view = approve(runtime.database, account(runtime, user), canonical(code, "LI"))
    if as_json:
        show_json(_plain(view))
    elif view.published_at is None:
        show(f"{view.code}: aprobada por {len(view.approvals)} de {APPROVALS} personas.")
    else:
        show(f"{view.code}: publicada.")
    if view.published_at is not None and not view.across_institutions:
        say("Las dos personas son de la misma institución; se prefiere que sean de dos distintas.")


@app.command()
def discard(
    code: Code,
    user: Annotated[str, typer.Option("--user", metavar="USUARIO", help="Cuenta que la descarta.")],
    reason: Annotated[str, typer.Option("--reason", metavar="MOTIVO", help="Por qué no se publica.")],
    data_dir: DataDir = None,
) -> None:
    """Descarta una liberación que nadie publicó; lo que gastó queda gastado."""
    from app.access.guard import canonical
    from app.services.releases.service import discard as discard_release

    with installation(data_dir) as runtime:
        view = discard_release(runtime.database, account(runtime, user), canonical(code, "LI"), reason)
    show(f"{view.code}: descartada. Su presupuesto queda gastado.")


@app.command()
def settle(code: Code, user: User = None, data_dir: DataDir = None) -> None:
    """Asienta en el libro lo que gastó una liberación que se perdió al restaurar una copia."""
    from app.access.guard import canonical
    from app.services.releases.service import settle as settle_release

    with installation(data_dir) as runtime:
        lost = settle_release(runtime.database, account(runtime, user), canonical(code, "LI"))
    show(f"{lost.release}: asentada. Rho {lost.rho} del año {lost.year} queda gastado.")


@app.command("show")
def show_releases(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODIGO]", help="Sin código, las lista todas.")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Muestra las liberaciones, o una con sus archivos y resúmenes."""
    from app.access.guard import canonical
    from app.services.releases.queries import find_release, list_files, list_releases
    from app.services.releases.service import ROLE

    with installation(data_dir) as runtime, runtime.database.reporting(ROLE) as connection:
        if code is None:
            views, files = list_releases(connection, drafts=True), []
        else:
            views = [find_release(connection, canonical(code, "LI"), drafts=True)]
            files = list_files(connection, views[0])
    if as_json:
        listed = [{"name": f.name, "format": f.format, "sha256": f.sha256, "bytes": f.size} for f in files]
        show_json({"releases": [_plain(view) for view in views], "files": listed})
        return
    show_table(
        ("Código", "Año", "Clase", "rho", "Estado"),
        [(view.code, str(view.year), view.kind, f"{view.rho:.4f}", _state(view)) for view in views],
    )
    for file in files:
        show(f"{file.name}.{file.format:<5} {file.size:>7} bytes  sha256 {file.sha256}")


@app.command()
def ledger(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Verifica el libro de privacidad y muestra lo gastado por año; termina con 1 si algo no cuadra."""
    from app.services.releases.queries import spent_by_year
    from app.services.releases.service import ROLE, verify

    with installation(data_dir) as runtime, runtime.database.reporting(ROLE) as connection:
        verdict = verify(runtime.database, connection)
        years = spent_by_year(connection)
    if as_json:
        show_json(
            {
                "holds": verdict.holds,
                "entries": verdict.entries,
                "head": verdict.head,
                "problems": list(verdict.problems),
                "years": [{"year": y, "spent": float(s), "left": float(left)} for y, s, left in years],
            }
        )
    else:
        rows = [(str(year), f"{spent:.4f}", f"{left:.4f}") for year, spent, left in years]
        show_table(("Año", "Gastado", "Queda"), rows)
        show(f"{verdict.entries} asientos; cabeza {verdict.head}")
    for problem in verdict.problems:
        complain(f"LIBRO ALTERADO: {problem}")
    if not verdict.holds:
        raise typer.Exit(1)


def indicators_command(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODIGO]", help="3.1.b, 3.2.b, 3.2.c o 3.3.b.")
    ] = None,
    year: Annotated[
        int | None, typer.Option("--year", min=1900, max=2200, help="Año de la primera identificación.")
    ] = None,
    user: User = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Calcula los indicadores del plan nacional por año y departamento (no son datos anónimos)."""
    from app.services.figures.catalogue import INDICATORS
    from app.services.indicators.service import answer_many

    with installation(data_dir) as runtime:
        wanted = list(INDICATORS) if code is None else [code]
        answers = answer_many(runtime.database, account(runtime, user), wanted, year)
    if as_json:
        show_json({"indicators": answers})
        return
    for answer in answers:
        _show_indicator(answer)


def _show_indicator(answer: ExactIndicatorView) -> None:
    show(f"{answer['code']}  {answer['text']}")
    labels = {measure["key"]: measure["label"] for measure in answer["measures"]}
    for period in answer["periods"]:
        national = period["national"]
        show(
            f"  {period['year']}: {_number(national['persons'])} {answer['unit']} {_COUNTED[answer['unit']]}"
        )
        for key, value in national["values"].items():
            show(f"    {labels[key]}: {_number(value)} {answer['unit']}")
        for row in period["departments"]:
            cells = [row["persons"], *row["values"].values()]
            if any(cell["value"] is not None for cell in cells):
                shown = "  ".join(_number(cell["value"]) for cell in cells)
                show(f"    {row['label']}: {shown}")


_COUNTED = {"personas": "detectadas", "encuestas": "contestadas"}


def _number(value: int | None) -> str:
    return "reservado" if value is None else str(value)


def _state(view: ReleaseView) -> str:
    from app.services.releases.queries import APPROVALS

    if view.published_at is not None:
        return f"publicada el {view.published_at:%d/%m/%Y}"
    if view.discarded_at is not None:
        return f"descartada el {view.discarded_at:%d/%m/%Y}"
    return f"en espera ({len(view.approvals)} de {APPROVALS} aprobaciones)"


def _plain(view: ReleaseView) -> dict[str, object]:
    return {
        "code": view.code,
        "year": view.year,
        "kind": view.kind,
        "rho": float(view.rho),
        "approvals": len(view.approvals),
        "published_at": view.published_at.isoformat() if view.published_at else None,
        "discarded_at": view.discarded_at.isoformat() if view.discarded_at else None,
        "ledger_head": view.ledger_head,
    }
