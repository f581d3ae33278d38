"""Files of a plan: proofs of what was done, and the signed paper."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import CurrentActor, CurrentRuntime, Requires
from app.edge.problems import recorded
from app.edge.routing import Branch
from app.edge.sending import streamed
from app.errors import TooLarge
from app.services.evidence import queries, service
from app.services.evidence.cleaning import MOST_BYTES, TOO_LARGE
from app.services.plans import queries as plans
from app.services.plans import rules
from app.services.plans.views import ActivityView
from app.states import FileState
from app.web.i18n import _
from app.web.kit.page import FORM_REFUSALS, CurrentPage, Page
from app.web.plans.frame import plan_frame

router = Branch()

_PROGRESS = (Permission.PLANS_PROGRESS,)
_ELSEWHERE = "CONSENTIMIENTO_FIRMADO"
"""Kept with its consent, not here."""


@router.get("/planes/{code}/archivos", dependencies=[Requires(Permission.PLANS_READ)])
def listed(code: str, page: CurrentPage) -> Response:
    """The files of a plan (or of what one reads of it), and the form that adds one."""
    page.form.start(activity=page.query("actividad"))
    return _draw(page, code)


@router.post("/planes/{code}/archivos", dependencies=[Requires(*_PROGRESS)])
def add(code: str, page: CurrentPage) -> Response:
    """Keeps a file, drawn or written anew, without what it carried hidden."""
    activity = page.form.text("activity")
    kind = page.form.text("kind", needed=_("Elija qué es el archivo."))
    if not add_file(page, code, activity, kind or ""):
        return _draw(page, code)
    back = f"?actividad={activity}" if activity else ""
    return page.go(f"/planes/{code}/archivos{back}", done="plan_archivo")


@router.get("/archivos/{file}", dependencies=[Requires(Permission.PLANS_READ)])
def download(file: str, actor: CurrentActor, runtime: CurrentRuntime) -> Response:
    """The file's bytes, to be saved; never shown inside a page."""
    return streamed(runtime, actor, lambda act: queries.begin(act, file))


@router.post("/planes/{code}/archivos/{file}/retirar", dependencies=[Requires(*_PROGRESS)])
def withdraw(code: str, file: str, page: CurrentPage) -> Response:
    """Takes a file out of sight, with a reason; nothing is deleted."""
    with page.attempt():
        reason = page.form.text("reason", needed=_("Elija por qué se retira."))
        page.form.check()
        version = -1 if page.form.version is None else page.form.version
        service.withdraw(page.act, file, version, reason or "")
        return page.go(f"/planes/{code}/archivos", done="plan_retirado")
    return _draw_one(page, code, file)


@router.get("/planes/{code}/archivos/{file}/retirar", dependencies=[Requires(*_PROGRESS)])
def ask_withdrawal(code: str, file: str, page: CurrentPage) -> Response:
    """Why the file is to be withdrawn."""
    return _draw_one(page, code, file)


def add_file(page: Page, code: str, activity: str | None, kind: str) -> bool:
    """Keep the file a form carries; whether it was kept, or why not stands in the form.

    It is never on a disk, and no transaction of the page waits while it is cleaned.

    Raises:
        AppError: what no form can mend.
    """
    try:
        sent = page.form.upload("file")
        if sent is None:
            page.form.wrong("file", _("Elija un archivo."))
        page.form.check()
        raw = sent.file.read(MOST_BYTES + 1) if sent else b""
        if len(raw) > MOST_BYTES:
            raise TooLarge(TOO_LARGE)
        wanted = service.Upload(code, activity, kind, raw)
        service.add(page.runtime.database, page.actor, wanted, page.form.key)
    except FORM_REFUSALS as error:
        page.form.refuse(recorded(page.request, error))
        return False
    return True


def _draw(page: Page, code: str) -> Response:
    plan = plans.read(page.act, code)
    files = queries.list_files(page.act, plan["code"])
    only = page.form.value("activity")
    own = {one["code"]: _named(one) for one in plan["activities"]}
    mine = [
        (one["code"], own[one["code"]])
        for one in plan["activities"]
        if plan["responsible"] or one["unit"]["code"] == page.who.unit_code
    ]
    whole = [("", _("El plan en general"))] if plan["responsible"] else []
    kinds = [(c, text) for c, text in code_list("evidence_kind").labels.items() if c != _ELSEWHERE]
    return page.draw(
        "plans/files.html",
        **plan_frame(page, plan, "archivos"),
        files=[
            {**one, "about": own.get(one["activity"] or "", _("El plan en general"))}
            for one in reversed(files)
            if not only or one["activity"] == only
        ],
        only=own.get(only, ""),
        targets=[*whole, *mine],
        kinds=kinds,
        may_add=bool(whole or mine) and plan["state"] in rules.ALIVE and page.may(*_PROGRESS),
        own_unit=page.who.unit_code,
        most_mb=MOST_BYTES // (1024 * 1024),
    )


def _draw_one(page: Page, code: str, file: str) -> Response:
    plan = plans.face(page.act, code)
    files = queries.list_files(page.act, plan["code"])
    found = next((one for one in files if one["code"] == file.strip().upper()), None)
    if found is None or found["state"] != FileState.IN_FORCE:
        return page.go(f"/planes/{plan['code']}/archivos")
    page.form.version = found["version"]
    return page.draw("plans/withdraw.html", **plan_frame(page, plan, "archivos"), file=found)


def _named(activity: ActivityView) -> str:
    """A short name of an activity, to choose it by."""
    text = activity["description"] or activity["code"]
    return text if len(text) <= 80 else text[:79].rstrip() + "…"  # noqa: PLR2004 - a line of a list
