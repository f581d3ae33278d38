"""Papers of a case: files of its plan and signed consents, added, downloaded and withdrawn."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.edge.sending import EXTENSIONS, streamed
from app.errors import NotFound
from app.services.evidence import papers, queries, scans, service, signed_papers
from app.services.evidence.cleaning import MOST_BYTES, TOO_LARGE
from app.services.evidence.views import EvidenceFileView, FileCodes, ScanView
from app.web.cases.frame import CaseFrame, case_frame
from app.web.consents.pages import TAB as CONSENTS
from app.web.consents.pages import detail
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.kit.templating import options

router = Branch()

READS: Final = Requires(Permission.CASES_READ)
FILES: Final = Requires(Permission.PLANS_READ)
ADDS: Final = Requires(Permission.PLANS_PROGRESS)
SCANS: Final = Requires(Permission.CONSENTS_READ)
SCANNED: Final = Requires(Permission.CONSENTS_WRITE)
TAB: Final = "documentos"
_MEGABYTE: Final = 1024 * 1024
_OF_CONSENTS: Final = "CONSENTIMIENTO_FIRMADO"


@router.get("/casos/{code}/documentos", dependencies=[READS])
def documents(code: str, page: CurrentPage) -> Response:
    """Files of the case's plans and its signed consents, as far as the role reads them."""
    return _documents(page, code)


@router.post("/casos/{code}/documentos/archivos", dependencies=[ADDS])
def add(code: str, page: CurrentPage) -> Response:
    """Keeps a file with a plan, drawn or written anew: without location, author, scripts or attachments."""
    form = page.form
    plan = form.text("plan", needed=_("Elija el plan."))
    kind = form.text("kind", needed=_("Elija qué es el documento."))
    raw = chosen_file(page)
    with page.attempt():
        form.check()
        wanted = service.Upload(plan or "", None, kind or "", raw)
        service.add(page.runtime.database, page.actor, wanted, form.key)
        return page.go(f"/casos/{code}/{TAB}", done="archivo-agregado")
    return _documents(page, code)


@router.get("/casos/{code}/documentos/{file}", dependencies=[FILES])
def download(code: str, file: str, page: CurrentPage) -> Response:  # noqa: ARG001 - the address of the case's tab
    """The file's bytes, as an attachment; who looked is in the trace before the first one leaves."""
    return streamed(page.runtime, page.actor, lambda act: queries.begin(act, file))


@router.get("/casos/{code}/documentos/{file}/retirar", dependencies=[ADDS])
def withdrawal_form(code: str, file: str, page: CurrentPage) -> Response:
    """Asks why a file is withdrawn."""
    frame, item = _one(page, code, file)
    return _withdrawal(page, frame, item, f"{frame['base']}/{TAB}")


@router.post("/casos/{code}/documentos/{file}/retirar", dependencies=[ADDS])
def withdraw(code: str, file: str, page: CurrentPage) -> Response:
    """Takes the file out of sight with a reason; nothing is deleted."""
    frame, item = _one(page, code, file)
    reason = page.form.text("reason", needed=_("Elija el motivo."))
    with page.attempt():
        page.form.check()
        service.withdraw(page.act, file, version_of(page), reason or "")
        return page.go(f"{frame['base']}/{TAB}", done="archivo-retirado")
    return _withdrawal(page, frame, item, f"{frame['base']}/{TAB}")


@router.post("/casos/{code}/consentimientos/{consent}/archivos", dependencies=[SCANNED])
def add_scan(code: str, consent: str, page: CurrentPage) -> Response:
    """Keeps the signed paper of a consent."""
    raw = chosen_file(page)
    with page.attempt():
        page.form.check()
        scans.add(page.runtime.database, page.actor, consent, raw, page.form.key)
        return page.go(f"/casos/{code}/{CONSENTS}/{consent}", done="archivo-agregado")
    return detail(page, case_frame(page, code, CONSENTS), consent)


@router.get("/casos/{code}/consentimientos/{consent}/archivos/{file}", dependencies=[SCANS])
def download_scan(code: str, consent: str, file: str, page: CurrentPage) -> Response:  # noqa: ARG001 - its address
    """The signed paper of a consent, as an attachment."""
    return streamed(page.runtime, page.actor, lambda act: signed_papers.begin(act, consent, file))


@router.get("/casos/{code}/consentimientos/{consent}/archivos/{file}/retirar", dependencies=[SCANNED])
def scan_withdrawal_form(code: str, consent: str, file: str, page: CurrentPage) -> Response:
    """Asks why a signed paper is withdrawn."""
    frame, item = _scan(page, code, consent, file)
    return _withdrawal(page, frame, item, f"{frame['base']}/{CONSENTS}/{consent}")


@router.post("/casos/{code}/consentimientos/{consent}/archivos/{file}/retirar", dependencies=[SCANNED])
def withdraw_scan(code: str, consent: str, file: str, page: CurrentPage) -> Response:
    """Takes the paper out of sight with a reason; nothing is deleted."""
    frame, item = _scan(page, code, consent, file)
    reason = page.form.text("reason", needed=_("Elija el motivo."))
    back = f"{frame['base']}/{CONSENTS}/{consent}"
    with page.attempt():
        page.form.check()
        scans.withdraw(page.act, consent, file, version_of(page), reason or "")
        return page.go(back, done="archivo-retirado")
    return _withdrawal(page, frame, item, back)


def chosen_file(page: Page) -> bytes:
    """The bytes of the file chosen in a form; that there is none is noted in the form."""
    found = page.form.upload("file")
    if found is None:
        page.form.wrong("file", _("Elija el archivo que va a adjuntar."))
        return b""
    if (found.size or 0) > MOST_BYTES:  # not read into memory a second time
        page.form.wrong("file", TOO_LARGE)
        return b""
    return found.file.read()


def _documents(page: Page, code: str) -> Response:
    frame = case_frame(page, code, TAB)
    found = papers.of_case(page.act, code)
    open_plans = [plan["code"] for plan in found["plans"] if plan["open"]]
    kinds = [(kind, text) for kind, text in options("evidence_kind") if kind != _OF_CONSENTS]
    if len(open_plans) == 1:
        page.form.start(plan=open_plans[0])
    return page.draw(
        "evidence/list.html",
        **frame,
        plans=[
            {**plan, "files": [_shown(page, file, own=plan["own"]) for file in plan["files"]]}
            for plan in found["plans"]
        ],
        consents=[
            {**one, "files": [_shown(page, file) for file in one["files"]]} for one in found["consents"]
        ],
        open_plans=[(plan, plan) for plan in open_plans] if page.may(Permission.PLANS_PROGRESS) else [],
        kinds=kinds,
    )


def _shown(page: Page, file: EvidenceFileView | ScanView, *, own: bool = False) -> dict[str, object]:
    size = max(file["bytes"] / _MEGABYTE, 0.1)
    what = EXTENSIONS[file["media_type"]].upper()
    return {
        **file,
        "size": f"{what}, {size:.1f} MB",
        "withdraws": own or file["unit"]["code"] == page.who.unit_code,
    }


def _one(page: Page, code: str, file: str) -> tuple[CaseFrame, EvidenceFileView]:
    """The frame of the case and one file of its plans.

    Raises:
        NotFound: the actor reads no such file in this case.
    """
    frame = case_frame(page, code, TAB)
    found = papers.of_case(page.act, code)
    for plan in found["plans"]:
        for item in plan["files"]:
            if item["code"] == file.upper():
                return frame, item
    raise NotFound


def _scan(page: Page, code: str, consent: str, file: str) -> tuple[CaseFrame, ScanView]:
    """The frame of the case and one signed paper of a consent.

    Raises:
        NotFound: the actor reads no such paper.
    """
    frame = case_frame(page, code, CONSENTS)
    for item in signed_papers.listed(page.act, consent):
        if item["code"] == file.upper():
            return frame, item
    raise NotFound


def _withdrawal(page: Page, frame: CaseFrame, item: FileCodes, back: str) -> Response:
    page.form.version = item["version"]
    return page.draw(
        "evidence/withdraw.html", **frame, item=item, back=back, reasons=options("evidence_withdrawal")
    )
