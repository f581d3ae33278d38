"""The reintegration plan (PRI): the tab of a case, the plan, its versions and its paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import CurrentActor, CurrentRuntime, Requires
from app.edge.routing import Branch
from app.edge.sending import printed
from app.records.rows import row_fields
from app.services.cases.rules import closed
from app.services.evidence import queries as evidence
from app.services.plans import queries, rules, versions
from app.services.printing.plan import plan_issue
from app.services.printing.queries import paper_units
from app.states import CaseState
from app.web.cases.frame import case_frame
from app.web.kit.controls import controls, shown
from app.web.kit.page import CurrentPage
from app.web.plans.frame import PLAN_TAGS, plan_frame, plan_part
from app.web.plans.view import plan_view

router = Branch()

Version = Annotated[int, Path(title="Versión", ge=1, le=9999)]
_READ = (Permission.PLANS_READ,)
_OPEN = ("partial", "full")


@router.get("/casos/{code}/plan", dependencies=[Requires(*_READ)])
def of_case(code: str, page: CurrentPage) -> Response:
    """The plans of a case, or how to begin one."""
    frame = case_frame(page, code, "plan")
    case = frame["case"]
    shared = case["_access"].get("plan") in _OPEN
    plans = queries.work_list(page.act, case=code)["items"] if shared else []
    alive = [plan for plan in plans if plan["state"] in rules.ALIVE]
    open_case = not closed(case["state"]) and case["state"] != CaseState.ALERT
    return page.draw(
        "plans/case.html",
        **frame,
        plans=plans,
        shared=shared,
        plan_tags=PLAN_TAGS,
        own_unit=page.who.unit_code,
        may_begin=shared and open_case and not alive and page.may(Permission.PLANS_WRITE),
    )


@router.get("/planes/{code}", dependencies=[Requires(*_READ)])
def show(code: str, page: CurrentPage) -> Response:
    """One plan: its objectives and activities, as its reader may see them."""
    plan = queries.read(page.act, code)
    files = evidence.list_files(page.act, plan["code"])
    view = plan_view(plan, files, page.query("unidad"), page.who.unit_code)
    return page.draw("plans/plan.html", **plan_frame(page, plan), **view)


@router.get("/planes/{code}/imprimir", dependencies=[Requires(*_READ)])
def paper(
    code: str,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    version: Annotated[int | None, Query(title="Versión", ge=1, le=9999)] = None,
    nombre: Annotated[str, Query(title="Con el nombre", max_length=2)] = "",
) -> Response:
    """The plan on paper (PDF): as it is, or a version that was kept; by code unless the name is asked for."""
    return printed(runtime, actor, lambda act: plan_issue(act, code, version, names=nombre == "si"))


@router.get("/planes/{code}/versiones/{number}", dependencies=[Requires(*_READ)])
def version(code: str, number: Version, page: CurrentPage) -> Response:
    """One version that was kept: what it said, and what changed since."""
    frame = plan_part(page, code, "firmas")
    plan = frame["plan"]["code"]
    kept = versions.read(page.act, plan, number)
    since = versions.compare(page.act, plan, number, None)
    given = {one["unit"] for goal in kept["content"]["objectives"] for one in goal["activities"]}
    return page.draw(
        "plans/version.html",
        **frame,
        kept=kept,
        header=header_rows(kept["content"]),
        since=since["changes"],
        names=paper_units(page.session, given),
    )


def header_rows(content: Mapping[str, object]) -> list[tuple[str, object]]:
    """The header of a plan in words, without what is not known."""
    drawn = controls(row_fields("plan_header"))
    return [(one.label, shown(one, content[one.key])) for one in drawn if content.get(one.key) is not None]
