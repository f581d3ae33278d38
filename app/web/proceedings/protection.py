"""Protection of a case's person: measures that an authority ordered, and the branches of protection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.rows.proceedings import ProtectionMeasure
from app.services.proceedings import measure_rules, measures, procedures
from app.services.proceedings.views import MeasureView
from app.states import MeasureState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import drawn, version_of, words, writable
from app.web.kit.rows import read_row
from app.web.proceedings.procedures import branch_card

router = Branch()

READS: Final = Requires(Permission.CASES_READ)
WRITES: Final = Requires(Permission.VICTIMS_WRITE)
TABLE: Final = ProtectionMeasure.table
_EXTENSION: Final = frozenset({"type", "type_other"})
_KINDS: Final[Mapping[str, str]] = {
    MeasureState.IN_FORCE: "green",
    MeasureState.EXPIRED: "red",
    MeasureState.LIFTED: "grey",
    MeasureState.EXTENDED: "grey",
}


@router.get("/casos/{code}/proteccion", dependencies=[READS])
def protection(code: str, page: CurrentPage) -> Response:
    """Measures in force and their last days, those that ended, and each branch of protection."""
    frame = case_frame(page, code, "proteccion")
    found = [_card(item) for item in measures.listed(page.act, code)]
    branches = [branch_card(page, item) for item in procedures.listed(page.act, code)]
    return page.draw(
        "proceedings/protection/protection.html",
        **frame,
        in_force=[item for item in found if item["state"] == MeasureState.IN_FORCE],
        ended=[item for item in found if item["state"] != MeasureState.IN_FORCE],
        branches=branches,
        records="type" in writable(page, frame["case"], TABLE),
        lifts="end_note" in writable(page, frame["case"], TABLE),
        moves=page.may(Permission.CASES_TRANSITION),
    )


@router.get("/casos/{code}/proteccion/medidas/nueva", dependencies=[WRITES])
def measure_form(code: str, page: CurrentPage) -> Response:
    """The form of a measure that was ordered."""
    frame = case_frame(page, code, "proteccion")
    return page.draw(
        "proceedings/protection/measure.html",
        **frame,
        asked=drawn(page, frame["case"], TABLE, less=measures.ENDING),
    )


@router.post("/casos/{code}/proteccion/medidas", dependencies=[WRITES])
def record_measure(code: str, page: CurrentPage) -> Response:
    """Records a measure; it ends on its last day unless it is extended or lifted."""
    frame = case_frame(page, code, "proteccion")
    asked = drawn(page, frame["case"], TABLE, less=measures.ENDING)
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        written, case = read_row(ProtectionMeasure, sent), frame["case"]["code"]
        payload = {"case": case, **written.model_dump(mode="json")}
        page.once(
            "measures.record",
            payload,
            lambda: measures.record_measure(page.act, case, written),
        )
        return page.go(f"{frame['base']}/proteccion", done="medida-registrada")
    return page.draw("proceedings/protection/measure.html", **frame, asked=asked)


@router.get("/casos/{code}/proteccion/medidas/{measure}/prorrogar", dependencies=[WRITES])
def extension_form(code: str, measure: str, page: CurrentPage) -> Response:
    """Until when a measure goes on, and by what resolution."""
    frame, item = _one(page, code, measure)
    page.form.version = item["version"]
    return _draw(page, frame, item, "proceedings/protection/extend.html", _extension(page, frame))


@router.post("/casos/{code}/proteccion/medidas/{measure}/prorrogar", dependencies=[WRITES])
def extend(code: str, measure: str, page: CurrentPage) -> Response:
    """The measure goes on as one of its own, to a later day."""
    frame, item = _one(page, code, measure)
    asked = _extension(page, frame)
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        written = read_row(ProtectionMeasure, sent)
        measures.extend(page.act, code, measure, version_of(page), written)
        return page.go(f"{frame['base']}/proteccion", done="medida-prorrogada")
    return _draw(page, frame, item, "proceedings/protection/extend.html", asked)


@router.get("/casos/{code}/proteccion/medidas/{measure}/levantar", dependencies=[WRITES])
def lifting_form(code: str, measure: str, page: CurrentPage) -> Response:
    """Who lifted a measure, and why."""
    frame, item = _one(page, code, measure)
    page.form.version = item["version"]
    return _draw(page, frame, item, "proceedings/protection/lift.html", _ending(page, frame))


@router.post("/casos/{code}/proteccion/medidas/{measure}/levantar", dependencies=[WRITES])
def lift(code: str, measure: str, page: CurrentPage) -> Response:
    """Notes that an authority lifted the measure."""
    frame, item = _one(page, code, measure)
    asked = _ending(page, frame)
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        written = read_row(ProtectionMeasure, sent)
        measures.lift(page.act, code, measure, version_of(page), written)
        return page.go(f"{frame['base']}/proteccion", done="medida-levantada")
    return _draw(page, frame, item, "proceedings/protection/lift.html", asked)


def _one(page: Page, code: str, measure: str) -> tuple[CaseFrame, MeasureView]:
    """The frame of the case and one of its measures.

    Raises:
        NotFound: the case has no such measure.
    """
    frame = case_frame(page, code, "proteccion")
    for item in measures.listed(page.act, code):
        if item["code"] == measure.upper():
            return frame, item
    raise NotFound


def _extension(page: Page, frame: CaseFrame) -> list[Control]:
    return drawn(page, frame["case"], TABLE, less=measures.ENDING | _EXTENSION)


def _ending(page: Page, frame: CaseFrame) -> list[Control]:
    return [control for control in drawn(page, frame["case"], TABLE) if control.key in measures.ENDING]


def _draw(page: Page, frame: CaseFrame, item: MeasureView, template: str, asked: list[Control]) -> Response:
    stale = page.form.status == 412  # noqa: PLR2004 - somebody changed it meanwhile
    if stale:
        page.form.version = item["version"]
    return page.draw(template, **frame, item=_card(item), asked=asked, stale=stale)


def _card(item: MeasureView) -> dict[str, object]:
    kind = code_list("protection_measure").labels.get(item["type"], _("Medida de protección"))
    offered = measure_rules.MACHINE.offered(item["state"])
    return {
        **item,
        "title": f"{kind} · {item['code']}",
        "tag": (item["state_label"], _KINDS[item["state"]]),
        "until_day": item.get("until"),
        "extends_it": MeasureState.EXTENDED in offered,
        "lifts_it": MeasureState.LIFTED in offered,
        "rows": words(TABLE, {**item, "type": None, "until": None}),
    }
