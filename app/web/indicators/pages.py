"""Indicadores: those of the national plan that the register computes, by year and by department."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.access.permissions import Permission
from app.audit import record
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.kinds import today
from app.services.figures.catalogue import INDICATORS, indicator
from app.services.indicators.service import compute
from app.services.indicators.views import (
    ExactIndicatorView,
    IndicatorDepartmentView,
    IndicatorMeasureView,
    IndicatorView,
    PeriodView,
)
from app.web.i18n import _
from app.web.kit.charts import number
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/indicadores")

PROTECTED = "c"
"""The mark of a number that is not shown."""
_READS = Requires(Permission.INDICATORS_READ)
Code = Annotated[str, Path(title="Código del indicador", max_length=10)]


@router.get("", dependencies=[_READS])
def index(page: CurrentPage) -> Response:
    """Each indicator for the country, year by year."""
    record(page.act, "indicators.list")
    found = _computed(page, *INDICATORS)
    return page.draw(
        "indicators/index.html", indicators=[_country(one) for one in found], as_of=_as_of(found)
    )


@router.get("/{code}", dependencies=[_READS])
def detail(code: Code, page: CurrentPage) -> Response:
    """One indicator: a year by department, its definition and what it counts."""
    [found] = _computed(page, indicator(code).code)
    years = [period["year"] for period in found["periods"]]
    asked = page.query("anio")
    year = int(asked) if asked.isdigit() and int(asked) in years else (years[-1] if years else None)
    period = next((p for p in found["periods"] if p["year"] == year), None)
    return page.draw(
        "indicators/indicator.html",
        one=_country(found),
        found=found,
        years=[(str(each), str(each)) for each in reversed(years)],
        year=year,
        places=_places(found, period) if period else None,
    )


@router.get("/{code}/tabla.csv", dependencies=[_READS])
def table(code: Code, page: CurrentPage) -> Response:
    """The table of a year by department, or of the country year by year, as CSV."""
    [found] = _computed(page, indicator(code).code)
    year = page.query("anio")
    period = next((p for p in found["periods"] if str(p["year"]) == year), None)
    head = [_first(found), *(measure["label"] for measure in _measures(found))]
    if period is None:
        name, rows = f"indicador-{found['code']}", [[_("Año"), *head], *_by_year(found)]
    else:
        name = f"indicador-{found['code']}-{year}"
        rows = [
            [_("Código"), _("Departamento"), *head],
            *([d["code"], *_row(d)] for d in period["departments"]),
        ]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(out.getvalue().encode("utf-8-sig"), headers=headers, media_type="text/csv; charset=utf-8")


def _computed(page: Page, *codes: str) -> Sequence[ExactIndicatorView]:
    record(page.act, "indicators.read", detail={"indicators": codes, "year": "todos"})
    return compute(page.runtime.database, page.actor, codes)


def _as_of(found: Sequence[ExactIndicatorView]) -> str:
    return str(found[0]["as_of"] or "") if found else ""


def _first(found: IndicatorView) -> str:
    """What the denominator counts."""
    return _("Encuestas") if found["unit"] == "encuestas" else _("Personas identificadas")


def _measures(found: IndicatorView) -> list[IndicatorMeasureView]:
    """The measures that are parts of each other; further numbers are told apart below the table."""
    known = {measure.key for measure in INDICATORS[found["code"]].measures}
    return [measure for measure in found["measures"] if measure["key"] in known]


def _by_year(found: ExactIndicatorView) -> list[list[str]]:
    keys = [measure["key"] for measure in _measures(found)]
    return [
        [
            str(p["year"]),
            *(_cell(v) for v in (p["national"]["persons"], *(p["national"]["values"][k] for k in keys))),
        ]
        for p in found["periods"]
    ]


def _cell(value: int | None) -> str:
    return PROTECTED if value is None else str(value)


def _country(found: ExactIndicatorView) -> dict[str, object]:
    """What the figure of an indicator shows: lines by year, the sentence to remember, and the table."""
    periods, measures = found["periods"], _measures(found)
    series = [(_first(found), [p["national"]["persons"] for p in periods])]
    series += [(m["label"], [p["national"]["values"][m["key"]] for p in periods]) for m in measures]
    percents = [p["national"]["percent"] for p in periods]
    rows = [[*row, _percent(share)] for row, share in zip(_by_year(found), percents, strict=True)]
    return {
        "code": found["code"],
        "title": measures[-1]["label"],
        "text": found["text"],
        "definition": found["definition"],
        "denominator": found["denominator"],
        "labels": [str(p["year"]) for p in periods],
        "series": series,
        "head": [_("Año"), *((name, "numeric") for name, _values in series), (_("Parte"), "numeric")],
        "rows": rows,
        "reading": _reading(found, measures[-1]),
        "breakdown": _breakdown(found),
        "protected": any(value is None for _name, values in series for value in values),
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{number(share)}\N{NO-BREAK SPACE}%"


def _reading(found: ExactIndicatorView, measure: IndicatorMeasureView) -> str:
    """The last year in one sentence."""
    if not found["periods"]:
        return ""
    last = found["periods"][-1]
    whole, part = last["national"]["persons"], last["national"]["values"][measure["key"]]
    if whole is None or part is None:
        return _("En %(year)s son muy pocas respuestas para mostrar el resultado.") % {"year": last["year"]}
    words = _("En %(year)s: %(part)s de un total de %(whole)s (%(share)s).")
    if last["year"] == today().year:
        words = _("En lo que va de %(year)s: %(part)s de un total de %(whole)s (%(share)s).")
    return words % {
        "year": last["year"],
        "part": number(part),
        "whole": number(whole),
        "share": _percent(last["national"]["percent"]),
    }


def _breakdown(found: ExactIndicatorView) -> list[tuple[str, str]]:
    """Further numbers of the last year, known for the country only."""
    if not found["periods"]:
        return []
    values = found["periods"][-1]["national"]["values"]
    nested = {measure["key"] for measure in _measures(found)}
    return [(m["label"], _cell(values[m["key"]])) for m in found["measures"] if m["key"] not in nested]


def _row(department: IndicatorDepartmentView) -> list[str]:
    cells = (department["persons"], *department["values"].values())
    return [department["label"], *(_cell(cell["value"]) for cell in cells)]


def _places(found: ExactIndicatorView, period: PeriodView) -> dict[str, object] | None:
    """A year by department, as map and table; None where only the country is known."""
    if not period["departments"]:
        return None
    main = _measures(found)[-1]
    return {
        "values": {d["code"]: d["values"][main["key"]]["value"] for d in period["departments"]},
        "legend": main["label"],
        "head": [
            _("Departamento"),
            *((name, "numeric") for name in (_first(found), *(m["label"] for m in _measures(found)))),
        ],
        "rows": [_row(department) for department in period["departments"]],
    }
