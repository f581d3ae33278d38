"""Signing a plan: what changed, what is missing, who signed, the versions, the signed paper."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.rows import plans as rows
from app.services.evidence import queries as evidence
from app.services.evidence.cleaning import MOST_BYTES
from app.services.plans import queries, rules, signing, versions
from app.services.plans.readiness import readiness
from app.states import FileState, PlanState
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import read_row
from app.web.plans.files import add_file
from app.web.plans.frame import plan_frame

router = Branch()

_WRITE = (Permission.PLANS_WRITE,)
SIGNED_PAPER = "PLAN_FIRMADO"


@router.get("/planes/{code}/firmas", dependencies=[Requires(Permission.PLANS_READ)])
def signatures(code: str, page: CurrentPage) -> Response:
    """How far the signing has come, the form of a signature, and every version kept."""
    return _draw(page, code)


@router.post("/planes/{code}/firmas", dependencies=[Requires(*_WRITE)])
def sign(code: str, page: CurrentPage) -> Response:
    """Records one signature on the plan as it is now."""
    with page.attempt():
        way = page.form.text("manner", needed=_("Elija quién firma y cómo."))
        page.form.check()
        signer, _sep, manner = (way or "").partition(":")
        texts = {name: page.form.text(name) for name in ("scan_code", "witness", "witness_document")}
        carried = read_row(rows.Signature, {name: text for name, text in texts.items() if text})
        shown = page.form.text("shown") or ""
        wanted = signing.Given(signer, manner, carried, _explained(page), shown=shown)
        done = signing.sign(page.act, code, wanted)
        signed = done["state"] == PlanState.SIGNED
        return page.go(f"/planes/{code}/firmas", done="plan_suscrito" if signed else "plan_firma")
    return _draw(page, code)


@router.post("/planes/{code}/version", dependencies=[Requires(*_WRITE)])
def keep(code: str, page: CurrentPage) -> Response:
    """Keeps the plan as it is, for who signs it on paper or elsewhere."""
    with page.attempt():
        versions.fix(page.act, code)
        return page.go(f"/planes/{code}/firmas", done="plan_version")
    return _draw(page, code)


@router.post("/planes/{code}/firmas/archivos", dependencies=[Requires(Permission.PLANS_PROGRESS)])
def signed_paper(code: str, page: CurrentPage) -> Response:
    """Keeps the scan of the signed paper with the plan."""
    if not add_file(page, code, None, SIGNED_PAPER):
        return _draw(page, code)
    return page.go(f"/planes/{code}/firmas", done="plan_archivo")


def _explained(page: Page) -> dict[str, str]:
    """Why a domain at risk has no objective, by domain."""
    prefix = "gaps_acknowledged."
    names = [name for name in page.form.sent or () if name.startswith(prefix)]
    return {name.removeprefix(prefix): text for name in names if (text := page.form.text(name))}


def _draw(page: Page, code: str) -> Response:
    plan = queries.read(page.act, code)
    if plan["view"] == "own":
        return page.go(f"/planes/{plan['code']}")
    ready = readiness(page.act, plan["code"])
    kept = versions.listed(page.act, plan["code"])
    listed = evidence.list_files(page.act, plan["code"])
    papers = [one for one in listed if one["kind"] == SIGNED_PAPER and one["state"] == FileState.IN_FORCE]
    taken = {one["signer"] for one in ready["signed"]}
    return page.draw(
        "plans/signatures.html",
        **plan_frame(page, plan, "firmas"),
        ready=ready,
        missing=[rules.SIGNERS[name] for name in ready["missing"]],
        ways=[
            (f"{who}:{how}", f"{rules.SIGNERS[who]}: {rules.MANNERS[how].lower()}")
            for who, how in rules.signing_ways(plan["kind"])
            if who not in taken
        ],
        versions=[
            {**one, "by": ", ".join(rules.SIGNERS.get(name, name) for name in one["signers"])}
            for one in reversed(kept)
        ],
        papers=papers,
        scans=[(one["code"], f"{one['code']} ({one['added_at']:%d/%m/%Y})") for one in papers],
        most_mb=MOST_BYTES // (1024 * 1024),
    )
