"""Updating an activity: what people do all day, in three clicks from their work list."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.plans import queries, rules
from app.services.plans.progress import Step, progress
from app.services.plans.views import ActivityView, ProgressNoteView, ReadPlan
from app.web.i18n import _
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.paths import local_path
from app.web.plans.frame import STEP_TAGS, plan_frame

router = Branch()


@router.get("/planes/{code}/actividades/{activity}", dependencies=[Requires(Permission.PLANS_READ)])
def show(code: str, activity: str, page: CurrentPage) -> Response:
    """One activity: what was agreed, what happened so far, and the form that moves it."""
    resumed = resume(page, _draft(activity))
    return _draw(page, code, activity, resumed=resumed)


@router.post("/planes/{code}/actividades/{activity}", dependencies=[Requires(Permission.PLANS_PROGRESS)])
def advance(code: str, activity: str, page: CurrentPage) -> Response:
    """Moves an activity or its day, or only adds a note; if somebody moved it meanwhile, nothing is lost."""
    with page.attempt():
        step = Step(page.form.text("state"), page.form.text("note"), page.form.day("due_on"))
        page.form.check()
        version = -1 if page.form.version is None else page.form.version
        # Sent again after a lost answer it is the same step, not one on an older version.
        sent = {"plan": code, "activity": activity, "step": step}
        page.once("plans.progress", sent, lambda: _moved(page, code, activity, version, step))
        finish(page, _draft(activity))
        back = page.form.text("volver")
        return page.go(local_path(back) if back else f"/planes/{code}", done="plan_actividad")
    resume(page, _draft(activity))
    return _draw(page, code, activity)


def _moved(page: Page, code: str, activity: str, version: int, step: Step) -> str:
    progress(page.act, code, activity, version, step)
    return activity


def _draft(activity: str) -> str:
    """Under which name the form is kept while it is written."""
    return f"actividad:{activity.strip().upper()}"


def _draw(page: Page, code: str, activity: str, *, resumed: bool = False) -> Response:
    plan = queries.read(page.act, code)
    wanted = activity.strip().upper()
    found = next((one for one in plan["activities"] if one["code"] == wanted), None)
    if found is None:
        raise NotFound
    page.form.version = found["version"]
    goals = plan["objectives"] if plan["view"] == "all" else []
    volver = page.form.value("volver") or page.query("volver")
    return page.draw(
        "plans/activity.html",
        **plan_frame(page, plan),
        activity=found,
        activity_tag=(found["state_label"], STEP_TAGS.get(found["state"], "grey")),
        open=found["state"] in rules.OPEN_ACTIVITY,
        goal=next((goal for goal in goals if goal["code"] == found["objective"]), None),
        moves=_moves(page, plan, found),
        notes=[_note(note) for note in reversed(found["notes"])],
        volver=local_path(volver) if volver else "",
        resumed=resumed,
    )


def _moves(page: Page, plan: ReadPlan, found: ActivityView) -> list[tuple[str, ...]]:
    """What the person at the browser may do with the activity now; nothing if it is not hers to move."""
    own = plan["responsible"] or found["unit"]["code"] == page.who.unit_code
    if not own or not page.may(Permission.PLANS_PROGRESS):
        return []
    state = found["state"]
    free: list[tuple[str, ...]] = []
    for target in rules.ACTIVITY_MACHINE.targets(state):
        if rules.refuse_activity(state, target, plan_state=plan["state"], has_note=True) is None:
            bare = rules.refuse_activity(state, target, plan_state=plan["state"], has_note=False) is None
            hint = "" if bare else _("Explique por qué en la nota.")
            free.append((target, rules.ACTIVITY_STATES[target], hint))
    stays = rules.refuse_activity(state, state, plan_state=plan["state"], has_note=True) is None
    if stays or free:
        words = _("Sigue en «%(state)s»: solo anotar o cambiar el plazo") % {"state": found["state_label"]}
        return [("", words, ""), *free]
    return []


def _note(note: ProgressNoteView) -> dict[str, object]:
    """A step of an activity as an entry of its history."""
    moved = note["from"] != note["to"]
    title = rules.ACTIVITY_STATES[note["to"]] if moved else _("Nota")
    if note["to_due"]:
        title = _("%(title)s · nuevo plazo: %(day)s") % {"title": title, "day": f"{note['to_due']:%d/%m/%Y}"}
    kind = STEP_TAGS.get(note["to"], "grey")
    return {
        "title": title,
        "by": note["unit"]["name"],
        "moment": note["at"],
        "text": note["note"] or "",
        "tag": (rules.ACTIVITY_STATES[note["to"]], kind) if moved else None,
    }
