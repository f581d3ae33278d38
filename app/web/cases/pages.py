"""Casos: the list of one's cases, the summary of one, and the new case of a person who comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.access.policy import OPENING, policy
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records import COMPARTMENTS, fields
from app.services.cases import queries, service
from app.services.cases.codes import ENDED, IDENTIFICATION, PATH, REENTRIES, RETRAFFICKING, STATES
from app.services.cases.views import CaseView
from app.services.clocks import queries as clocks
from app.services.idempotency import remember, replayed
from app.services.participations import teams
from app.services.victims import record_parts
from app.states import CaseState
from app.web.cases.frame import case_frame
from app.web.cases.subjects import subject_page
from app.web.i18n import _
from app.web.kit.controls import controls, shown
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import label

router = Branch()

NEXT_DATES: Final = 6
_FIRST_FILTERS: Final = ("sex", "nationality", "department")
"""Filters by what a case is about that are shown at once; the others are asked for."""
_RISKS: Final = {"MODERADO": "yellow", "SEVERO": "orange", "MUY_SEVERO": "red"}
"""Levels of risk that are flagged wherever the case is summed up, with their colour."""
_FLAGGED: Final = ("NO_TELEFONO", "NO_FAMILIA")
"""Restrictions of contact that are flagged too; the others are listed below."""
_OPENING_NAMES: Final = frozenset(level.name.lower() for level in OPENING)


@router.get("/casos", dependencies=[Requires(Permission.CASES_READ)])
def case_list(page: CurrentPage) -> Response:
    """The cases in one's scope: open ones or those that ended, codes only."""
    ended = page.query("grupo") == "cerrados"
    filters = _filters(page)
    found = queries.work_list(
        page.act, filters=filters, ended=ended, cursor=page.query("desde") or None, limit=25
    )
    following = found["next"]
    codes = [item["code"] for item in found["items"]]
    due = clocks.next_due(page.act, codes)
    same = {"grupo": "cerrados"} if ended else {}
    return page.draw(
        "cases/cases.html",
        ended=ended,
        filters=filters,
        drawn=_filter_controls(page, ended=ended),
        items=[{**item, **due.get(item["code"], {})} for item in found["items"]],
        ages=record_parts.ages(page.act, codes),
        next=f"/casos?{urlencode({**same, **filters, 'desde': following})}" if following else "",
    )


@router.get("/casos/reingreso", dependencies=[Requires(Permission.VICTIMS_REGISTER)])
def reentry(page: CurrentPage) -> Response:
    """The form for a new case of a person whose earlier ones ended."""
    page.form.start(victim=page.query("persona"), source="REINGRESO", state=CaseState.PRESUMED)
    return _reentry(page)


@router.post("/casos/reingreso", dependencies=[Requires(Permission.VICTIMS_REGISTER)])
def reopen(page: CurrentPage) -> Response:
    """Opens the new case."""
    form = page.form
    with page.attempt():
        victim = form.text("victim", needed=_("Escriba el código de la persona."))
        on = form.day("first_identified_on", needed=_("Indique cuándo fue identificada esta vez."))
        entry = service.Entry(
            form.text("state") or "",
            form.text("source", needed=_("Indique cómo vuelve.")) or "",
            form.text("reason") if form.text("source") == service.RETRAFFICKED else None,
        )
        form.check()
        payload = {
            "victim": victim, "first_identified_on": str(on), "state": entry.state,
            "source": entry.source, "reason": entry.reason,
        }  # fmt: skip
        code = replayed(page.act, form.key, "cases.open", payload)
        if code is None and victim and on:
            code = service.reopen(page.act, victim, on, entry=entry)
            remember(page.act, form.key, "cases.open", payload, code)
        return page.go(f"/casos/{code}", done="caso-abierto")
    return _reentry(page)


@router.get("/casos/{code}", dependencies=[Requires(Permission.CASES_READ)])
def summary(code: str, page: CurrentPage) -> Response:
    """The case at a glance: where it stands, what comes next, who takes part, and what must not be missed."""
    frame = case_frame(page, code, "resumen")
    case = frame["case"]
    alerts = _alerts(page, case["victim"])
    frame["bar"]["flags"] += alerts["flags"]
    dates = clocks.work_list(page.act, case=case["code"], limit=NEXT_DATES)["items"]
    return page.draw(
        "cases/summary.html",
        **frame,
        alerts=alerts["rows"],
        steps=_steps(case),
        facts=_facts(page, case),
        dates=[_next_date(item) for item in dates],
        units=[unit for unit in teams.participations(page.act, case["code"]) if unit["ended_at"] is None],
        people=teams.assignments(page.act, case["code"]),
        over=case["state"] in ENDED,
    )


def _filters(page: Page) -> dict[str, str]:
    """What the address narrows the list by: known filters alone."""
    known = [*queries.OWN_FILTERS, *queries.FACE_FILTERS]
    return {name: value for name in known if (value := page.query(name))}


def _filter_controls(page: Page, *, ended: bool) -> dict[str, list[dict[str, object]]]:
    """The filters of the role as choices, those used most first."""
    states = [(code, text) for code, text in STATES.items() if (code in ENDED) is ended]
    own: list[dict[str, object]] = [
        {"name": "state", "label": _("Estado"), "options": states},
        {"name": "identification", "label": _("Identificación"), "options": list(IDENTIFICATION.items())},
    ]
    face: list[dict[str, object]] = [
        {"name": one.name, "label": one.label, "options": list(one.options)}
        for one in controls(
            {n: f for n, f in queries.FACE_FILTERS.items() if queries.may_filter(page.actor, f)}
        )
    ]
    first = [one for one in face if one["name"] in _FIRST_FILTERS]
    return {"first": own + first, "more": [one for one in face if one not in first]}


def _reentry(page: Page) -> Response:
    return page.draw(
        "cases/reentry.html",
        states=[(name, STATES[name]) for name in service.REENTRY_STATES],
        sources=list(REENTRIES.items()),
        reasons=list(RETRAFFICKING.items()),
    )


class _Alerts(TypedDict):
    """What must not be overlooked, as rows (label, shown) and as flags (text, colour) of the identity bar."""

    rows: list[tuple[str, object]]
    flags: list[tuple[str, str]]


def _alerts(page: Page, victim: str) -> _Alerts:
    if not page.may(Permission.VICTIMS_READ):
        return {"rows": [], "flags": []}
    found = record_parts.alerts(page.act, victim)
    rows: list[tuple[str, object]] = []
    flags: list[tuple[str, str]] = []
    for name, names in record_parts.ALERTS.items():
        known = [n for n in names if n in found]
        drawn = controls(fields(name), only=known) if known else []
        rows += [(one.label, shown(one, found[one.key])) for one in drawn]
    if (risk := found.get("risk_level")) in _RISKS:
        flags.append((_("Riesgo: %s") % label(risk, "risk_level").lower(), _RISKS[risk]))
    restricted = found.get("contact_restrictions", ())
    flags += [(label(code, "contact_restriction"), "red") for code in _FLAGGED if code in restricted]
    if broken := found.get("_broken"):
        lost = ", ".join(COMPARTMENTS[name].title_es for name in broken)
        rows.insert(0, (_("No se puede abrir: sello roto"), lost))
        flags.append((_("Sello roto"), "red"))
    return {"rows": rows, "flags": flags}


def _steps(case: CaseView) -> list[dict[str, str]]:
    """The main line as stages; a paused or discarded case shows none as the present one."""
    if case["state"] not in PATH:
        return []
    at = PATH.index(case["state"])
    return [
        {"text": STATES[name], "state": "done" if i < at else "current" if i == at else "todo"}
        for i, name in enumerate(PATH)
    ]


def _facts(page: Page, case: CaseView) -> dict[str, object]:
    """What is known of the exploitation, as the role may read it."""
    data: Mapping[str, object] = case["exploitation"] or {}
    known = fields("legal")
    rows = [
        (one.label, shown(one, data[one.key])) for one in controls({n: known[n] for n in data if n in known})
    ]
    reserved = case["_access"].get("legal") not in _OPENING_NAMES
    writes = page.may(Permission.VICTIMS_WRITE) and policy().cell(page.actor.role, "legal").write
    return {"rows": rows, "reserved": reserved, "writes": writes and not reserved}


def _next_date(item: Mapping[str, Any]) -> dict[str, object]:
    return {
        "text": item["label"],
        "due_on": item["due_on"],
        "due_time": item["due_time"],
        "href": subject_page(item["subject"], item["case"]),
    }
