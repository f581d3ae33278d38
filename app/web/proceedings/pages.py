"""The penal proceedings of a case: where each stands, what it means for the person, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import Invalid, NotFound
from app.records import fields
from app.records.kinds import LIMA, today
from app.records.row_placement import APART, placed
from app.records.rows.proceedings import CaseProceeding, Proceeding
from app.services.idempotency import once
from app.services.proceedings import links
from app.services.proceedings.interview import single_interview
from app.services.proceedings.stages import FIRST, MACHINES
from app.services.proceedings.views import ProceedingView
from app.states import CriminalStage, ProceedingKind, ReparationStage, TutelaryStage
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, changes, controls, read, shown, start
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import drawn, version_of, words, writable
from app.web.kit.rows import read_row
from app.web.kit.templating import day

router = Branch()

READS: Final = Requires(Permission.CASES_READ)
WRITES: Final = Requires(Permission.VICTIMS_WRITE)
LINK: Final = CaseProceeding.table
_KINDS: Final = tuple(MACHINES)
_PATHS: Final = (
    (
        CriminalStage.COMPLAINT,
        CriminalStage.PRELIMINARY,
        CriminalStage.PREPARATORY,
        CriminalStage.INTERMEDIATE,
        CriminalStage.TRIAL,
        CriminalStage.FIRST_SENTENCE,
        CriminalStage.FINAL_SENTENCE,
        CriminalStage.EXECUTION,
    ),
    (
        TutelaryStage.RISK_ASSESSED,
        TutelaryStage.BEGUN,
        TutelaryStage.PROVISIONAL,
        TutelaryStage.DECLARED,
        TutelaryStage.CLOSED,
    ),
    (ReparationStage.FIXED, ReparationStage.DEMANDED, ReparationStage.PAID),
)
"""The usual way of each kind of proceeding, which its stages are drawn on."""
_FIRST: Final = placed(LINK, "first")
"""What is asked at once of a new proceeding; the rest is folded away."""
_ASIDE: Final[Mapping[str, tuple[str, bool]]] = {
    CriminalStage.APPEAL: (CriminalStage.FIRST_SENTENCE, True),
    CriminalStage.CASSATION: (CriminalStage.FIRST_SENTENCE, True),
    CriminalStage.PLEA: (CriminalStage.PREPARATORY, False),
    CriminalStage.DISMISSED: (CriminalStage.INTERMEDIATE, False),
    CriminalStage.SHELVED: (CriminalStage.PRELIMINARY, False),
    ReparationStage.PAID_IN_PART: (ReparationStage.DEMANDED, True),
    ReparationStage.UNPAID: (ReparationStage.DEMANDED, True),
}
"""Stages beside the usual way: after which of it they come, and whether it goes on from them."""


@router.get("/casos/{code}/proceso", dependencies=[READS])
def proceedings(code: str, page: CurrentPage) -> Response:
    """Where each proceeding stands, the next hearing, and whether the single interview was held."""
    frame = case_frame(page, code, "proceso")
    items = links.listed(page.act, code)
    return page.draw(
        "proceedings/list.html",
        **frame,
        items=[_card(item) for item in items],
        events=_events(items),
        interview=_interview(page, code),
        writes=bool(writable(page, frame["case"], LINK)),
        links_new=_links_new(page, frame["case"]),
        moves="stage" in writable(page, frame["case"], Proceeding.table),
    )


@router.get("/casos/{code}/proceso/nuevo", dependencies=[WRITES])
def choose_kind(code: str, page: CurrentPage) -> Response:
    """Which kind of proceeding is to be linked."""
    return _kinds(page, case_frame(page, code, "proceso"))


@router.post("/casos/{code}/proceso/nuevo", dependencies=[WRITES])
def kind_chosen(code: str, page: CurrentPage) -> Response:
    """The form for the kind that was chosen; nothing is written yet."""
    frame = case_frame(page, code, "proceso")
    kind = page.form.text("kind", needed=_("Elija qué va a vincular."))
    if kind is None or kind not in MACHINES:
        return _kinds(page, frame)
    return _new_form(page, frame, kind)


@router.post("/casos/{code}/proceso", dependencies=[WRITES])
def link(code: str, page: CurrentPage) -> Response:
    """Links the proceeding of that number; registered for several persons, it is one and the same."""
    frame = case_frame(page, code, "proceso")
    kind = page.form.text("kind") or ""
    if kind not in MACHINES:
        page.form.wrong("kind", _("Elija qué va a vincular."))
        return _kinds(page, frame)
    sent = _sent(page, frame["case"], kind)
    with page.attempt():
        page.form.check()
        facts, mine = read_row(Proceeding, sent[Proceeding.table]), read_row(CaseProceeding, sent[LINK])
        case = frame["case"]["code"]
        payload = {
            "case": case, "proceeding": facts.model_dump(mode="json"), "link": mine.model_dump(mode="json"),
        }  # fmt: skip
        key = page.form.key
        once(page.act, key, "proceedings.link", payload, lambda: links.link(page.act, case, facts, mine))
        return page.go(f"{frame['base']}/proceso", done="proceso-vinculado")
    return _new_form(page, frame, kind)


@router.get("/casos/{code}/proceso/{proceeding}", dependencies=[WRITES])
def note_form(code: str, proceeding: str, page: CurrentPage) -> Response:
    """What is noted of the person in a proceeding, to be changed."""
    frame, item = _one(page, code, proceeding)
    page.form.version = item["version"]
    return _note_form(page, frame, item)


@router.post("/casos/{code}/proceso/{proceeding}", dependencies=[WRITES])
def note(code: str, proceeding: str, page: CurrentPage) -> Response:
    """Changes what is noted of the person; the number is mended by withdrawing the link."""
    frame, item = _one(page, code, proceeding)
    asked = drawn(page, frame["case"], LINK, less=links.NUMBERS)
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        patch = read_row(CaseProceeding, changes(item["link"], sent, asked))
        if not patch.model_fields_set:
            raise Invalid(_("No cambió nada. Corrija lo que haga falta y guarde otra vez."))
        links.write(page.act, code, proceeding, version_of(page), patch)
        return page.go(f"{frame['base']}/proceso", done="guardado")
    return _note_form(page, frame, item)


@router.get("/casos/{code}/proceso/{proceeding}/etapa", dependencies=[WRITES])
def stage_form(code: str, proceeding: str, page: CurrentPage) -> Response:
    """The stages that may follow."""
    frame, item = _one(page, code, proceeding)
    page.form.version = item["stage_version"]
    return _stage_form(page, frame, item)


@router.post("/casos/{code}/proceso/{proceeding}/etapa", dependencies=[WRITES])
def stage(code: str, proceeding: str, page: CurrentPage) -> Response:
    """Moves the proceeding, for everybody it is about."""
    frame, item = _one(page, code, proceeding)
    target = page.form.text("to", needed=_("Elija la etapa a la que pasa."))
    with page.attempt():
        page.form.check()
        links.move(page.act, code, proceeding, version_of(page), target or "")
        return page.go(f"{frame['base']}/proceso", done="proceso-etapa")
    return _stage_form(page, frame, item)


@router.get("/casos/{code}/proceso/{proceeding}/retirar", dependencies=[WRITES])
def unlink_form(code: str, proceeding: str, page: CurrentPage) -> Response:
    """Asks before a link is withdrawn."""
    frame, item = _one(page, code, proceeding)
    page.form.version = item["version"]
    return page.draw("proceedings/unlink.html", **frame, item=_card(item))


@router.post("/casos/{code}/proceso/{proceeding}/retirar", dependencies=[WRITES])
def unlink(code: str, proceeding: str, page: CurrentPage) -> Response:
    """Withdraws a link made by mistake."""
    frame, item = _one(page, code, proceeding)
    with page.attempt():
        links.unlink(page.act, code, proceeding, version_of(page))
        return page.go(f"{frame['base']}/proceso", done="proceso-retirado")
    page.form.version = item["version"]
    return page.draw("proceedings/unlink.html", **frame, item=_card(item))


def steps(kind: str, stage: str, since: datetime | None = None) -> list[dict[str, str]]:
    """The usual way of a kind of proceeding with the present stage marked, for the progress tracker.

    Args:
        since: since when it is at this stage, shown under it.
    """
    labels = MACHINES[kind].labels
    path = next(path for path in _PATHS if path[0] in labels)
    after, goes_on = _ASIDE.get(stage, (None, True))
    at = path.index(stage) if after is None else path.index(after) + 1
    rest = path[at + 1 :] if after is None else path[at:] if goes_on else ()
    marked = [(code, "done") for code in path[:at]] + [(stage, "current")] + [(code, "todo") for code in rest]
    dated = {"current": day(since)}
    return [{"text": labels[code], "state": state, "at": dated.get(state, "")} for code, state in marked]


def _one(page: Page, code: str, proceeding: str) -> tuple[CaseFrame, ProceedingView]:
    """The frame of the case and one of its proceedings.

    Raises:
        NotFound: the case has no such proceeding.
    """
    frame = case_frame(page, code, "proceso")
    wanted = proceeding.upper()
    for item in links.listed(page.act, code):
        if item["code"] == wanted:
            return frame, item
    raise NotFound


def _links_new(page: Page, case: Mapping[str, Any]) -> bool:
    return {"kind", "stage"} <= set(writable(page, case, Proceeding.table))


def _kinds(page: Page, frame: CaseFrame) -> Response:
    known = code_list("proceeding_kind")
    kinds = [(kind, known.label(kind)) for kind in _KINDS]
    return page.draw("proceedings/kind.html", **frame, kinds=kinds)


def _asked(page: Page, case: Mapping[str, Any], kind: str) -> dict[str, list[Control]]:
    """Controls of a new proceeding of a kind, by table."""
    number = "file_number" if kind == ProceedingKind.COMPLAINT else "complaint_number"
    outcome = set(placed(LINK, "outcome"))
    less = {number} | (outcome if kind in {ProceedingKind.COMPLAINT, ProceedingKind.TUTELARY} else set())
    return {
        Proceeding.table: drawn(page, case, Proceeding.table, less=placed(Proceeding.table, APART)),
        LINK: drawn(page, case, LINK, less=less),
    }


def _sent(page: Page, case: Mapping[str, Any], kind: str) -> dict[str, dict[str, object]]:
    sent = {table: read(page.form, asked) for table, asked in _asked(page, case, kind).items()}
    sent[Proceeding.table] |= {"kind": kind, "stage": page.form.text("stage") or FIRST[kind]}
    return sent


def _new_form(page: Page, frame: CaseFrame, kind: str) -> Response:
    labels = MACHINES[kind].labels
    page.form.start(stage=FIRST[kind])
    return page.draw(
        "proceedings/new.html",
        **frame,
        kind=kind,
        kind_label=code_list("proceeding_kind").label(kind),
        stages=list(labels.items()),
        asked=_asked(page, frame["case"], kind),
        first=_FIRST,
    )


def _note_form(page: Page, frame: CaseFrame, item: ProceedingView) -> Response:
    asked = drawn(page, frame["case"], LINK, less=links.NUMBERS)
    start(page.form, asked, item["link"])
    now = words(LINK, item["link"]) if page.form.status == 412 else []  # noqa: PLR2004 - changed meanwhile
    if now:
        page.form.version = item["version"]
    return page.draw("proceedings/note.html", **frame, item=_card(item), asked=asked, now=now)


def _stage_form(page: Page, frame: CaseFrame, item: ProceedingView) -> Response:
    labels = MACHINES[item["kind"]].labels
    stale = page.form.status == 412  # noqa: PLR2004 - moved meanwhile
    if stale:
        page.form.version = item["stage_version"]
    return page.draw(
        "proceedings/stage.html",
        **frame,
        item=_card(item),
        stages=[(code, labels[code]) for code in item["possible_stages"]],
        stale=stale,
    )


def _card(item: ProceedingView) -> dict[str, object]:
    since = item["stage_since"]
    return {
        **item,
        "title": f"{item['kind_label']} · {item['code']}",
        "steps": steps(item["kind"], item["stage"], since),
        "hearing": in_words(_day(item["link"].get("next_hearing_on"))),
        "rows": words(Proceeding.table, {"department": item["department"], "opened_on": item["opened_on"]})
        + words(LINK, {**item["link"], "next_hearing_on": None}),
    }


def in_words(hearing: date | None) -> str:
    """A hearing's day and how far off it is."""
    if hearing is None:
        return ""
    days = (hearing - today()).days
    if days < 0:
        far = _("ya pasó")
    elif days == 0:
        far = _("hoy")
    elif days == 1:
        far = _("mañana")
    else:
        far = _("en %(days)s días") % {"days": days}
    return f"{day(hearing)} ({far})"


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _events(items: list[ProceedingView]) -> list[dict[str, str]]:
    """What happened in the proceedings of a case by date, the latest first."""
    found = []
    for item in items:
        by = f"{item['kind_label']} {item['code']}"
        dated = [
            (item["opened_on"], _("Se inició")),
            (item["stage_since"].astimezone(LIMA).date(), item["stage_label"]),
            (_day(item["link"].get("sentence_on")), _("Sentencia")),
        ]
        found += [(when, title, by) for when, title in dated if when is not None]
    found.sort(key=lambda event: event[0], reverse=True)
    return [
        {"title": title, "by": by, "at": day(when), "when": when.isoformat()} for when, title, by in found
    ]


def _interview(page: Page, code: str) -> dict[str, object]:
    found = single_interview(page.act, code)
    known: Mapping[str, object] = found["testimony"]
    rows = [(c.label, shown(c, known[c.key])) for c in controls(fields("testimony")) if c.key in known]
    if not rows and found["legal_date"] is not None:
        (dated,) = controls(fields("legal"), only=["single_interview_date"])
        rows = [(dated.label, shown(dated, found["legal_date"]))]
    return {**found, "rows": rows}
