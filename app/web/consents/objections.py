"""Objections: what an adult does not want shared beyond her case, until she lifts it."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.rows.consents import ObjectionRow
from app.services.consents import objections, queries
from app.services.consents.parties import asked
from app.services.consents.views import ObjectionView
from app.services.idempotency import once
from app.web.cases.frame import CaseFrame, case_frame
from app.web.consents.pages import TAB, part_names, parts, receivers
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.kit.rows import read_row

router = Branch()

WRITES: Final = Requires(Permission.CONSENTS_WRITE)


class ObjectionCard(ObjectionView):
    """An objection with what it says of which parts and to whom, in words."""

    parts: str
    to: str


@router.get("/casos/{code}/objeciones/nueva", dependencies=[WRITES])
def objection_form(code: str, page: CurrentPage) -> Response:
    """What she does not want shared."""
    return _form(page, case_frame(page, code, TAB))


@router.post("/casos/{code}/objeciones", dependencies=[WRITES])
def file_objection(code: str, page: CurrentPage) -> Response:
    """Narrows at once what units see by referral."""
    frame = case_frame(page, code, TAB)
    form = page.form
    sent: dict[str, object] = {name: form.texts(name) for name in ("compartments", "to_institutions")}
    sent["reason"] = form.text("reason")
    with page.attempt():
        row, case = read_row(ObjectionRow, sent), frame["case"]["code"]
        payload = {"case": case, **row.model_dump(mode="json")}
        once(
            page.act,
            form.key,
            "objections.file",
            payload,
            lambda: objections.file_objection(page.act, case, row),
        )
        return page.go(f"{frame['base']}/{TAB}", done="objecion-registrada")
    return _form(page, frame)


@router.get("/casos/{code}/objeciones/{objection}/levantar", dependencies=[WRITES])
def lifting_form(code: str, objection: str, page: CurrentPage) -> Response:
    """Asks before an objection is lifted."""
    frame = case_frame(page, code, TAB)
    item = _one(page, code, objection)
    page.form.version = item["version"]
    return page.draw("consents/lift.html", **frame, item=item)


@router.post("/casos/{code}/objeciones/{objection}/levantar", dependencies=[WRITES])
def lift(code: str, objection: str, page: CurrentPage) -> Response:
    """Lifts it: views are again as wide as what was shared."""
    frame = case_frame(page, code, TAB)
    item = _one(page, code, objection)
    with page.attempt():
        objections.lift(page.act, code, objection, version_of(page))
        return page.go(f"{frame['base']}/{TAB}", done="objecion-levantada")
    page.form.version = item["version"]
    return page.draw("consents/lift.html", **frame, item=item)


def _one(page: Page, code: str, objection: str) -> ObjectionCard:
    for item in queries.objections(page.act, code):
        if item["code"] == objection.upper():
            return {**item, "parts": part_names(item["compartments"]), "to": receivers(item)}
    raise NotFound


def _form(page: Page, frame: CaseFrame) -> Response:
    choice = asked(page.act, frame["case"]["code"])
    institutions = [(one["code"], one["name"]) for one in choice["institutions"]]
    return page.draw(
        "consents/objection.html", **frame, child=choice["child"], parts=parts(), institutions=institutions
    )
