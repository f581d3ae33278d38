"""A new referral, a page a step: service, unit, request, what is shared, review.

Nothing is stored before the last step: each page carries what the earlier ones were told, in its form. The
service decides again about everything when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records import COMPARTMENTS
from app.records.kinds import LIMA
from app.services.clocks.calendar import deadline, end_of
from app.services.consents import queries as consents
from app.services.consents.rules import LEGAL_BASES, RESTING
from app.services.consents.views import ConsentListedView
from app.services.directory import receivers
from app.services.referrals import rules, sending
from app.services.referrals.deadlines import answer_by
from app.services.referrals.views import ReferralProposal
from app.states import ConsentState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.forms import Form
from app.web.kit.page import CurrentPage, Page

router = Branch()

SENDS: Final = Requires(Permission.REFERRALS_SEND)
ADDRESS: Final = "/derivaciones/nueva"
STEPS: Final = ("servicio", "unidad", "pedido", "compartir", "revisar")
_ASKED: Final = {
    "servicio": ("service_type", "department"),
    "unidad": ("to_unit", "other_unit"),
    "pedido": ("reason", "urgent", "due_at.dia", "due_at.mes", "due_at.anio", "message"),
    "compartir": ("legal_basis", "consent"),
}
"""Fields of each step; what is shared is apart, because it is a list."""
_STEP_OF: Final = {
    **{name.partition(".")[0]: step for step, names in _ASKED.items() for name in names},
    "compartments": "compartir",
    "replaces": "revisar",
}


@dataclass(slots=True)
class Draft:
    """What the steps so far were told."""

    case: str
    replaces: str = ""
    values: dict[str, str] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    shared_for: str = ""
    """The unit for which it was chosen what is shared: for another one it is chosen anew."""

    @classmethod
    def of(cls, form: Form) -> Draft:
        """The draft a form carries."""
        names = [name for asked in _ASKED.values() for name in asked]
        values = {name: form.text(name) or "" for name in names}
        return cls(
            form.text("caso") or "",
            form.text("replaces") or "",
            values,
            form.texts("compartments"),
            form.text("shared_for") or "",
        )

    @property
    def unit(self) -> str:
        """Code of the unit that is asked."""
        return self.values.get("other_unit") or self.values.get("to_unit") or ""

    def carried(self, step: str) -> list[tuple[str, str]]:
        """Hidden fields for the form of a step: all but what it asks itself."""
        own = set(_ASKED.get(step, ()))
        pairs = [("caso", self.case), ("replaces", self.replaces), ("paso", step)]
        pairs += [(name, value) for name, value in self.values.items() if name not in own]
        if step != "compartir":
            pairs += [("compartments", name) for name in self.shared] + [("shared_for", self.shared_for)]
        return [(name, value) for name, value in pairs if value]

    def form(self, key: str) -> Form:
        """A form that begins with what is known."""
        form = Form(initial={**self.values, "compartments": self.shared})
        form.key = key
        return form


@router.get(ADDRESS, dependencies=[SENDS])
def begin(page: CurrentPage) -> Response:
    """The first step for a case; without one, asks for its code."""
    case = page.query("caso")
    if not case:
        return page.draw("referrals/which.html")
    draft, step = _left(page) or (Draft(case, page.query("reemplaza")), "servicio")
    return _show(page, case_frame(page, case, "derivaciones"), draft, step)


def _left(page: Page) -> tuple[Draft, str] | None:
    """What a referral of this case was told before it was left, and at which step."""
    kept = page.keeper.opened(page.keeper.name(ADDRESS))
    form = Form(kept)
    step = form.text("paso") or ""
    return (Draft.of(form), step) if kept is not None and step in STEPS else None


@router.post(ADDRESS, dependencies=[SENDS])
def go_on(page: CurrentPage) -> Response:
    """Takes what a step was told and shows the next one; after the last one, sends it."""
    draft = Draft.of(page.form)
    step = page.form.text("paso") or ""
    if step not in STEPS:
        return _case_given(page, draft)
    frame = case_frame(page, draft.case, "derivaciones")
    back = STEPS[max(STEPS.index(step) - 1, 0)] if page.form.flag("otra") else page.form.text("ir")
    if back in STEPS:
        return _show(page, frame, draft, back)
    if step == "revisar":
        return _send(page, frame, draft)
    _CHECKS[step](page, draft)
    if page.form.errors:
        return _show(page, frame, draft, step, page.form)
    return _show(page, frame, draft, STEPS[STEPS.index(step) + 1])


def _case_given(page: Page, draft: Draft) -> Response:
    """On to the first step for a case whose code was typed."""
    code = page.form.text("caso", needed=_("Escriba el código del caso; por ejemplo, CA-7K3M-9QX2-H4TC."))
    if code is not None:
        try:
            frame = case_frame(page, draft.case, "derivaciones")
            return page.go(f"{ADDRESS}?caso={frame['case']['code']}")
        except NotFound:
            page.form.wrong("caso", _("Ese caso no existe o no está a su cargo. Revise el código."))
    return page.draw("referrals/which.html")


def _check_service(page: Page, draft: Draft) -> None:
    if draft.values["service_type"] not in code_list("service_type"):
        page.form.wrong("service_type", _("Elija el servicio que se pide."))
    if draft.values["department"] and draft.values["department"] not in code_list("department"):
        page.form.wrong("department", _("Elija un departamento de la lista."))


def _check_unit(page: Page, draft: Draft) -> None:
    where = "other_unit" if draft.values["other_unit"] else "to_unit"
    if not draft.unit:
        page.form.wrong("other_unit", _("Elija a qué unidad deriva, o búsquela entre las demás."))
    elif _proposal(page, draft) is None:
        page.form.wrong(where, _("No existe esa unidad. Elija una de la lista."))


def _check_request(page: Page, draft: Draft) -> None:
    due = page.form.day("due_at")
    if due is not None and not datetime.now(UTC) < end_of(due) <= datetime.now(UTC) + sending.LONGEST:
        page.form.wrong("due_at", _("El plazo va de hoy a 90 días."))
    if draft.values["reason"] and draft.values["reason"] not in rules.REASONS:
        page.form.wrong("reason", _("Elija el motivo."))


def _check_shared(page: Page, draft: Draft) -> None:
    draft.shared_for = draft.unit
    if not draft.shared:
        page.form.wrong("compartments", _("Elija al menos una parte que compartir."))
    basis = draft.values["legal_basis"]
    if basis not in LEGAL_BASES:
        page.form.wrong("legal_basis", _("Elija en qué se apoya para compartir."))
    if basis in RESTING and not draft.values["consent"]:
        page.form.wrong("consent", _("Elija el consentimiento en que se apoya, o regístrelo primero."))
    if basis not in RESTING:
        draft.values["consent"] = ""


_CHECKS: Final = {
    "servicio": _check_service,
    "unidad": _check_unit,
    "pedido": _check_request,
    "compartir": _check_shared,
}


def _show(page: Page, frame: CaseFrame, draft: Draft, step: str, form: Form | None = None) -> Response:
    """The page of a step; `form` is the one that was refused, if one was."""
    draft.case = frame["case"]["code"]
    proposed = _proposal(page, draft) if step not in {"servicio", "unidad"} else None
    if proposed is None and step != "servicio":
        step, form = "unidad", form if step == "unidad" else None
    found: dict[str, object] = {**proposed} if proposed else {}
    if step == "unidad":
        found |= _units(page, draft)
    if step == "compartir" and proposed:
        found["consents"] = _consents(page, frame)
        if form is None and draft.shared_for != draft.unit:
            draft.shared = list(proposed["preselected"])
    shown = form or draft.form(page.form.key)
    shown.start(reason=rules.DEFAULT_REASON)
    if step == "revisar" and proposed:
        found |= _review(draft, proposed)
    return page.draw(
        f"referrals/new_{step}.html",
        **frame,
        form=shown,
        draft=draft,
        carried=draft.carried(step),
        number=STEPS.index(step) + 1,
        total=len(STEPS),
        found=found,
        reasons=[pair for pair in rules.REASONS.items() if pair[0] != rules.PROTECTED_REASON],
        bases=list(LEGAL_BASES.items()),
        parts=[(name, COMPARTMENTS[name].title_es) for name in (proposed["openable"] if proposed else ())],
    )


def _units(page: Page, draft: Draft) -> dict[str, object]:
    """Units that may be asked, with what to know before asking."""
    wanted, where = draft.values["service_type"], draft.values["department"] or None
    found = receivers.options(page.act, draft.case, wanted, where)
    units: dict[str, tuple[str, str, str]] = {}
    for one in found["items"]:
        told = [one["name"], one["schedule"], one["phone"], one["eligibility"], one["capacity_note"]]
        hint = " · ".join(text for text in told if text)
        code = one["unit"]["code"]
        earlier = units[code][2] + " — " if code in units else ""
        units[code] = (code, one["unit"]["name"], earlier + hint)
    for shelter in found["shelters"]:
        units[shelter["code"]] = (shelter["code"], shelter["name"], _("Centro de acogida"))
    near = receivers.others(page.act, where)
    rest = [(unit["code"], unit["name"]) for unit in near if unit["code"] not in units]
    return {**found, "units": list(units.values()), "others": rest}


def _proposal(page: Page, draft: Draft) -> ReferralProposal | None:
    return sending.proposal(page.act, draft.case, draft.unit)


def _consents(page: Page, frame: CaseFrame) -> list[tuple[str, str]] | None:
    """Live consents of the case; None for who does not read them and types the code."""
    if not page.may(Permission.CONSENTS_READ):
        return None
    found = consents.ledger(page.act, frame["case"]["code"])
    return [(one["code"], _consent(one)) for one in found if one["state"] == ConsentState.IN_FORCE]


def _consent(one: ConsentListedView) -> str:
    named = [unit["name"] for unit in [*one["to_units"], *one["to_institutions"]]]
    return f"{one['code']} · {', '.join(named)}" if named else str(one["code"])


def _review(draft: Draft, found: ReferralProposal) -> dict[str, object]:
    """What the last step shows that no earlier one was told: until when an answer is awaited."""
    urgent = bool(draft.values["urgent"])
    given = _due(draft)
    at = given or answer_by(draft.values["service_type"], urgent=urgent, at=datetime.now(UTC))
    reason = rules.forced_reason("" if found["outside"] else "CEM", draft.values["reason"] or None)
    return {
        **deadline(at),
        "reason": rules.REASONS[reason],
        "basis": LEGAL_BASES.get(draft.values["legal_basis"], ""),
        "shared": [COMPARTMENTS[name].title_es for name in draft.shared if name in COMPARTMENTS],
    }


def _due(draft: Draft) -> datetime | None:
    form = draft.form("")
    parts = [str(form.value(f"due_at.{part}")) for part in ("anio", "mes", "dia")]
    if not all(parts):
        return None
    year, month, day = (int(part) for part in parts)
    return end_of(datetime(year, month, day, tzinfo=LIMA).date())


def _send(page: Page, frame: CaseFrame, draft: Draft) -> Response:
    """Send it, once for the key of the form; a refusal shows the step of what was wrong."""
    made = ""
    for step in STEPS[:-1]:
        _CHECKS[step](page, draft)
        if page.form.errors:
            return _show(page, frame, draft, step, page.form)
    with page.attempt():
        made = _sent(page, frame["case"]["code"], draft)
    if made:
        return page.go(f"/derivaciones/{made}", done="derivacion-enviada")
    return _show(page, frame, draft, _step_of(e["field"] for e in page.form.errors), page.form)


def _sent(page: Page, case: str, draft: Draft) -> str:
    """Send the referral of a draft; returns its code."""
    due = _due(draft)
    wanted = sending.Wanted(
        to_unit=draft.unit,
        service_type=draft.values["service_type"],
        legal_basis=draft.values["legal_basis"],
        reason=draft.values["reason"] or None,
        urgent=bool(draft.values["urgent"]),
        due_at=due,
        compartments=tuple(draft.shared),
        message=draft.values["message"] or None,
        consent=draft.values["consent"] or None,
        replaces=draft.replaces or None,
    )
    payload: dict[str, object] = {
        "case": case,
        **asdict(wanted),
        "due_at": due.isoformat() if due else None,
        "compartments": draft.shared,
    }
    return page.once("referrals.send", payload, lambda: sending.send(page.act, case, wanted))


def _step_of(fields: Iterable[str]) -> str:
    """The step on which the first of these fields is asked; the review, if none of them is."""
    known = [_STEP_OF[name] for name in (field.partition(".")[0] for field in fields) if name in _STEP_OF]
    return known[0] if known else "revisar"
