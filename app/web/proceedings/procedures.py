"""Branches of protection (children, adults, foreigners): open one, take its next step.

Where a step leads is sent, never written into an address: that somebody seeks asylum is nobody's log's.
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.row_placement import placed
from app.records.rows import row_fields
from app.records.rows.proceedings import ProtectionStep
from app.services.proceedings import branches, procedures
from app.services.proceedings.views import ProcedureView
from app.states import BranchConclusion, BranchState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of, words
from app.web.kit.rows import read_row
from app.web.kit.templating import label, moment, options

router = Branch()

MOVES: Final = Requires(Permission.CASES_TRANSITION)
TABLE: Final = ProtectionStep.table
_ASKED_BY: Final = ("consent", "suitable")
"""Conditions that ask for fields of a step, which stand in a place of that name."""
_ALWAYS: Final = placed(TABLE, "always")


@router.get("/casos/{code}/proteccion/rutas/nueva", dependencies=[MOVES])
def opening_form(code: str, page: CurrentPage) -> Response:
    """Which branch to open."""
    frame = case_frame(page, code, "proteccion")
    return _opening(page, frame)


@router.post("/casos/{code}/proteccion/rutas", dependencies=[MOVES])
def open_branch(code: str, page: CurrentPage) -> Response:
    """Opens a branch; children have the one of the UPE, never that of adults."""
    frame = case_frame(page, code, "proteccion")
    branch = page.form.text("branch", needed=_("Elija la ruta."))
    sent = read(page.form, _fields(_ALWAYS))
    with page.attempt():
        page.form.check()
        step, case = read_row(ProtectionStep, sent), frame["case"]["code"]
        payload = {"case": case, "branch": branch, "step": step.model_dump(mode="json")}
        page.once(
            "procedures.open",
            payload,
            lambda: procedures.open_procedure(page.act, case, branch or "", step),
        )
        return page.go(f"{frame['base']}/proteccion", done="ruta-abierta")
    return _opening(page, frame)


@router.get("/casos/{code}/proteccion/rutas/{procedure}", dependencies=[MOVES])
def choose(code: str, procedure: str, page: CurrentPage) -> Response:
    """Where the branch may go from here."""
    frame, item = _one(page, code, procedure)
    return _choices(page, frame, item)


@router.post("/casos/{code}/proteccion/rutas/{procedure}", dependencies=[MOVES])
def chosen(code: str, procedure: str, page: CurrentPage) -> Response:
    """What the chosen step asks for; nothing is written yet."""
    frame, item = _one(page, code, procedure)
    target = page.form.text("to", needed=_("Elija el paso que sigue."))
    if target is None or target not in item["possible_states"]:
        return _choices(page, frame, item)
    page.form.version = item["version"]
    return _step_form(page, frame, item, target)


@router.post("/casos/{code}/proteccion/rutas/{procedure}/pasos", dependencies=[MOVES])
def advance(code: str, procedure: str, page: CurrentPage) -> Response:
    """Takes the step; who declines the programme for adults is told which emergency centres there are."""
    frame, item = _one(page, code, procedure)
    target = page.form.text("to") or ""
    sent = read(page.form, _step_fields(item, target))
    conclusion = page.form.text("conclusion") if target == BranchState.CLOSED else None
    with page.attempt():
        page.form.check()
        wanted = procedures.Step(target, read_row(ProtectionStep, sent), conclusion)
        done = procedures.advance(page.act, code, procedure, version_of(page), wanted)
        if "mimp_services" in done:
            return page.draw(
                "proceedings/protection/declined.html",
                **frame,
                centres=[[c["name"], c["code"]] for c in done["mimp_services"]],
            )
        return page.go(f"{frame['base']}/proteccion", done="ruta-paso")
    if page.form.status == 412:  # noqa: PLR2004 - somebody moved it meanwhile
        page.form.version = item["version"]
    if target not in item["possible_states"]:
        return _choices(page, frame, item)
    return _step_form(page, frame, item, target)


def branch_card(page: Page, item: ProcedureView) -> dict[str, object]:
    """A branch as the page of protection shows it: where it is, and its steps, the latest first."""
    ended = item["closed_at"] is not None
    return {
        **item,
        "title": f"{item['branch_label']} · {item['code']}",
        "tag": (item["state_label"], "grey" if ended else "blue"),
        "goes_on": bool(item["possible_states"]) and page.may(Permission.CASES_TRANSITION),
        "conclusion_label": label(item["conclusion"], "branch_conclusion"),
        "entries": [
            {
                "title": step["label"],
                "by": step["unit"],
                "at": moment(step["at"]),
                "when": step["at"].isoformat(),
                "text": "; ".join(f"{name}: {value}" for name, value in words(TABLE, step)),
            }
            for step in reversed(item["steps"])
        ],
    }


def _one(page: Page, code: str, procedure: str) -> tuple[CaseFrame, ProcedureView]:
    """The frame of the case and one of its branches.

    Raises:
        NotFound: the case has no such branch that the actor may see.
    """
    frame = case_frame(page, code, "proteccion")
    for item in procedures.listed(page.act, code):
        if item["code"] == procedure.upper():
            return frame, item
    raise NotFound


def _fields(names: tuple[str, ...]) -> list[Control]:
    return controls(row_fields(TABLE), only=list(names))


def _step_fields(item: ProcedureView, target: str) -> list[Control]:
    """Controls for what a step asks: its conditions' fields, a reason where it has one, and a note."""
    move = branches.MACHINES[item["branch"]].find(item["state"], target)
    guards = move.guards if move else ()
    names = [name for guard in guards if guard in _ASKED_BY for name in placed(TABLE, guard)]
    if target == BranchState.CLOSED and BranchConclusion.FIT_FAMILY not in item["possible_conclusions"]:
        names = [name for name in names if name not in placed(TABLE, "suitable")]
    if branches.reasons(item["state"], target):
        names += placed(TABLE, "reason")
    return _fields((*names, *_ALWAYS))


def _opening(page: Page, frame: CaseFrame) -> Response:
    known = list(branches.BRANCHES.items())
    return page.draw("proceedings/protection/open.html", **frame, branches=known, asked=_fields(_ALWAYS))


def _choices(page: Page, frame: CaseFrame, item: ProcedureView) -> Response:
    machine = branches.MACHINES[item["branch"]]
    targets = []
    for code in item["possible_states"]:
        move = machine.find(item["state"], code)
        targets.append((code, machine.labels[code], move.message if move else ""))
    return page.draw(
        "proceedings/protection/choose.html", **frame, item=branch_card(page, item), targets=targets
    )


def _step_form(page: Page, frame: CaseFrame, item: ProcedureView, target: str) -> Response:
    asked = _step_fields(item, target)
    reasons = branches.reasons(item["state"], target)
    ends = options("branch_conclusion", item["possible_conclusions"]) if target == BranchState.CLOSED else []
    return page.draw(
        "proceedings/protection/step.html",
        **frame,
        item=branch_card(page, item),
        target=target,
        target_label=branches.MACHINES[item["branch"]].labels[target],
        asked=[control for control in asked if control.key != "reason"],
        reasons=[(code, code_list("branch_reason").label(code)) for code in reasons],
        conclusions=ends,
        stale=page.form.status == 412,  # noqa: PLR2004 - somebody moved it meanwhile
    )
