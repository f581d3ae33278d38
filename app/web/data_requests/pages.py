"""Requests of persons about their own data: received, answered within their term, the file handed over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.act import RIGHTS, Act
from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.edge.sending import printed
from app.errors import NotFound
from app.records.rows import row_fields
from app.records.rows.consents import DataRequestRow
from app.services.data_requests import queries, rules, service
from app.services.data_requests.views import DataRequestCommon, DataRequestStepsView, DataRequestView
from app.services.holdings.own_file import own_file
from app.services.holdings.own_paper import own_file_issue
from app.services.idempotency import once
from app.states import DataRequestState
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.kit.rows import read_row
from app.web.kit.templating import label
from app.web.kit.timeline import Entry

router = Branch()

READS: Final = Requires(Permission.DATA_REQUESTS_READ)
WRITES: Final = Requires(Permission.DATA_REQUESTS_WRITE)
LIST: Final = "/solicitudes-de-datos"
_KINDS: Final[Mapping[str, str]] = {
    DataRequestState.RECEIVED: "orange",
    DataRequestState.UNDER_WAY: "blue",
    DataRequestState.GRANTED: "green",
    DataRequestState.GRANTED_IN_PART: "yellow",
    DataRequestState.DENIED: "red",
    DataRequestState.DROPPED: "grey",
}


@router.get(LIST, dependencies=[READS])
def requests(page: CurrentPage) -> Response:
    """Requests within one's reach and their terms; the data protection officer sees codes alone, of all."""
    state = page.query("estado")
    state = state if state in rules.STATES else ""
    found = queries.listed(page.act, state=state or None, cursor=page.query("desde") or None)
    following = found["next"]
    tabs = [(LIST, _("Todas"), "")]
    tabs += [(f"{LIST}?estado={code}", text, code) for code, text in rules.STATES.items()]
    onward = f"{LIST}?estado={state}&desde={following}" if following else ""
    return page.draw(
        "data_requests/list.html",
        items=[_card(item) for item in found["items"]],
        tabs=tabs,
        tab=state,
        next_href=onward,
        writes=page.may(Permission.DATA_REQUESTS_WRITE),
    )


@router.get(f"{LIST}/nueva", dependencies=[WRITES])
def request_form(page: CurrentPage) -> Response:
    """What the person asks, of whom and by what means."""
    page.form.start(victim=page.query("persona"))
    return page.draw("data_requests/new.html", asked=_received())


@router.post(LIST, dependencies=[WRITES])
def receive(page: CurrentPage) -> Response:
    """Records a request; its term in working days runs from the day it came in."""
    victim = page.form.text("victim", needed=_("Escriba el código de la persona, como TP-XXXX-XXXX-XXXX."))
    sent = read(page.form, _received())
    with page.attempt():
        page.form.check()
        row, key = read_row(DataRequestRow, sent), page.form.key
        payload = {**row.model_dump(mode="json"), "victim": victim}
        code = once(
            page.act, key, "data-requests.receive", payload, lambda: _received_by(page, victim or "", row)
        )
        return page.go(f"{LIST}/{code}", done="solicitud-recibida")
    return page.draw("data_requests/new.html", asked=_received())


@router.get(f"{LIST}/{{code}}", dependencies=[READS])
def request(code: str, page: CurrentPage) -> Response:
    """One request: what was asked, its steps and term, and how it may be answered."""
    found = queries.read(page.act, code)
    page.form.version = found["version"]
    return _detail(page, found)


@router.post(f"{LIST}/{{code}}/pasos", dependencies=[WRITES])
def advance(code: str, page: CurrentPage) -> Response:
    """Moves a request on or answers it; a denial, whole or in part, names its legal ground."""
    form = page.form
    to = form.text("to", needed=_("Elija el paso que sigue."))
    told = form.day("notified_on")
    with page.attempt():
        form.check()
        step = service.Step(to or "", form.text("answer"), form.text("ground"), told)
        service.advance(page.act.for_purpose(RIGHTS), code, version_of(page), step)
        return page.go(f"{LIST}/{code}", done="solicitud-paso")
    return _again(page, code)


@router.post(f"{LIST}/{{code}}/plazo", dependencies=[WRITES])
def extend(code: str, page: CurrentPage) -> Response:
    """Extends the term once; the person is told within it."""
    told = page.form.day("extension_notified_on")
    with page.attempt():
        page.form.check()
        service.extend(page.act.for_purpose(RIGHTS), code, version_of(page), told)
        return page.go(f"{LIST}/{code}", done="solicitud-plazo")
    for error in page.form.errors:  # the other form of the page has a field of this name too
        error["field"] = f"extension_{error['field']}" if error["field"] == "notified_on" else error["field"]
    return _again(page, code)


@router.get(f"{LIST}/{{code}}/expediente.pdf", dependencies=[WRITES])
def file_pdf(code: str, page: CurrentPage) -> Response:
    """What the answering unit may hand over, on paper."""
    return printed(
        page.runtime, page.actor, lambda act: own_file_issue(act, _victim(act, code), code), RIGHTS
    )  # fmt: skip


@router.get(f"{LIST}/{{code}}/expediente.json", dependencies=[WRITES])
def file_json(code: str, page: CurrentPage) -> Response:
    """The same as a file that another system can read."""
    found = own_file(page.act.for_purpose(RIGHTS), _victim(page.act, code), request=code)
    headers = {
        "Content-Disposition": f'attachment; filename="{found["solicitud"]}.json"',
        "Cache-Control": "no-store",
    }
    body = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    return Response(body, headers=headers, media_type="application/json")


def _received() -> list[Control]:
    return controls(row_fields("data_request"))


def _received_by(page: Page, victim: str, row: DataRequestRow) -> str:
    """Record the request; that the person is not in sight is said beside her code.

    Raises:
        Invalid: she is not.
    """
    try:
        return service.receive(page.act.for_purpose(RIGHTS), victim, row)
    except NotFound:
        page.form.wrong("victim", _("No hay una persona con ese código entre las que usted atiende."))
        page.form.check()
        raise


def _victim(act: Act, code: str) -> str:
    """Code of the person whose request it is.

    Raises:
        NotFound: out of reach, or the actor takes no part in her case.
    """
    victim = _person(queries.read(act, code))
    if victim is None:
        raise NotFound
    return victim


def _person(found: DataRequestView | DataRequestStepsView) -> str | None:
    """Code of the person, for who takes part in her case."""
    held: Mapping[str, object] = found
    victim = held.get("victim")
    return victim if isinstance(victim, str) else None


def _again(page: Page, code: str) -> Response:
    found = queries.read(page.act, code)
    stale = page.form.status == 412  # noqa: PLR2004 - somebody moved it meanwhile
    if stale:
        page.form.version = found["version"]
    return _detail(page, found, stale=stale)


def _detail(page: Page, found: DataRequestView | DataRequestStepsView, *, stale: bool = False) -> Response:
    item = _card(found)
    mine = _person(found) is not None and found["unit"]["code"] == page.who.unit_code
    answers = mine and page.may(Permission.DATA_REQUESTS_WRITE)
    still = found["state"] in rules.OPEN
    return page.draw(
        "data_requests/detail.html",
        item=item,
        stale=stale,
        targets=[(code, rules.STATES[code]) for code in found["possible_states"]] if answers else [],
        grounds=list(rules.GROUNDS.items()),
        extends=answers and still and found["extended_on"] is None and not found["overdue"],
        gives_file=answers and still and found["kind"] in rules.GIVES_FILE,
        entries=[Entry(rules.STATES[step["to"]], step["at"]) for step in reversed(found["steps"])],
    )


def _card(item: DataRequestCommon) -> dict[str, object]:
    return {
        **item,
        "tag": (item["state_label"], _KINDS[item["state"]]),
        "open": item["state"] in rules.OPEN,
        "by_label": label(item["by_whom"], "data_request_by"),
        "href": f"{LIST}/{item['code']}",
    }
