"""Drawing a plan of 20 activities as an accessible PDF, beside its bare tables without tags.

Only the drawing: the plan is read before, in a transaction that has ended by then. The median of some runs,
each of another plan, since typst remembers what it has drawn.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import typst
from _report import at_most, finish, is_quick, note

from app.services.printing.sheet import Paper, Print, Section, Sheet, Signer, Table, render

ACTIVITIES = 20
SECONDS = 0.5
_WORDS = (
    "Matrícula en el centro de educación básica",
    "UGEL: docente",
    "26/12/2026",
    "Constancia",
    "Mensual",
)
_PLAIN = '#set page(paper: "a4")\n#table(columns: 5, {cells})\n'


def rows(run: int) -> list[list[str]]:
    """The activities of one plan: no two alike."""
    return [[f"{word} {run}-{at}" for word in _WORDS] for at in range(ACTIVITIES)]


def document(run: int) -> Print:
    """A plan of five objectives with four activities each."""
    columns, widths = ("Actividad", "Quién la hace", "Plazo", "Indicador", "Frecuencia"), (5, 4, 2, 3, 2)
    wish = [("Lo que la persona quiere", f"Terminar la secundaria {run}"), ("Meta", "Secundaria completa")]
    activities = rows(run)
    parts = [
        Section(f"Objetivo {at // 4 + 1}", wish, table=Table(columns, widths, activities[at : at + 4]))
        for at in range(0, ACTIVITIES, 4)
    ]
    paper = Paper(f"DI-{run}", "Plan", "ab12 " * 8, "Impreso el 26/11/2026", "Compruébelo.")
    signers = [Signer("Persona afectada", fingerprint=True), Signer("Profesional responsable")]
    return Print(Sheet("Plan de reintegración individual", f"PR-{run}", parts, signers), paper)


def bare(run: int) -> bytes:
    """The same activities as one table without tags, typed into the source."""
    cells = ", ".join(f"[{word}]" for row in rows(run) for word in row)
    source = _PLAIN.format(cells=cells).encode()
    drawn: bytes = typst.compile(source, ignore_system_fonts=True, format="pdf", pdf_tags=False)
    return drawn


def median(work: Callable[[int], object], runs: int) -> float:
    """Seconds of the middle run, after one that is not counted."""
    work(-1)
    times = []
    for run in range(runs):
        started = time.perf_counter()
        work(run)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    """Measure both, in turn."""
    runs = 5 if is_quick("Imprimir un plan de 20 actividades como PDF accesible.") else 40
    ours = median(lambda run: render(document(run)), runs)
    plain = median(bare, runs)
    note(f"formulario accesible {ours * 1000:.1f} ms; la tabla sola, sin etiquetas, {plain * 1000:.1f} ms")
    words = f"la tabla sola, sin etiquetas: {plain:.4f} s"
    finish([at_most("imprimir_plan_20_actividades", ours, "seconds", baseline=words, target=SECONDS)])


if __name__ == "__main__":
    main()
