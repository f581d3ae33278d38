"""Coincidencias: records that may be of one person, side by side, and what somebody decides about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records import Values, fields
from app.services.commands.requesting import request_merge
from app.services.matching.pairs import WAITING
from app.services.matching.review import decide, listing, read
from app.services.matching.views import CandidateView, ComparedFieldView, ComparisonView
from app.states import MatchOrigin, MatchState
from app.web.i18n import gettext
from app.web.kit.controls import controls
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.kit.templating import options
from app.web.victims.intake import words

router = Branch()

REVIEWS: Final = Requires(Permission.MATCHING_REVIEW)
SHOWN: Final = 25


def _(text: str) -> str:
    """Mark a text for the catalogue of translations; it is translated when it is shown."""
    return text


STATES: Final[Mapping[str, str]] = {
    MatchState.PENDING: _("Por decidir"),
    MatchState.UNKNOWN: _("No se pudo saber"),
    MatchState.SAME: _("Misma persona"),
    MatchState.OTHER: _("Otra persona"),
}
BANDS: Final = {
    "EXACTA": (_("Coincide por completo"), "red"),
    "PROBABLE": (_("Muy parecida"), "orange"),
    "POSIBLE": (_("Algo parecida"), "yellow"),
}
ORIGINS: Final[Mapping[str, str]] = {
    MatchOrigin.REGISTRATION: _("Al registrar"),
    MatchOrigin.CHANGE: _("Al corregir datos"),
    MatchOrigin.BATCH: _("Al cargar un archivo"),
}
VERDICTS: Final = {
    "EQUAL": (_("Igual"), "green"),
    "SIMILAR": (_("Parecido"), "yellow"),
    "DIFFERENT": (_("Distinto"), "red"),
    "MISSING": (_("Falta en uno"), "grey"),
}
COMPARED: Final = {
    "given_names": _("Nombres"),
    "first_surname": _("Primer apellido"),
    "second_surname": _("Segundo apellido"),
    "birth_date": _("Nacimiento"),
    "documents": _("Documentos"),
    "birth_place": _("Lugar de nacimiento"),
}
"""What is compared, in its order."""


@router.get("/coincidencias", dependencies=[REVIEWS])
def index(page: CurrentPage) -> Response:
    """Pairs that wait for a decision, newest first, or those decided."""
    state, band = page.query("estado"), page.query("parecido")
    state, band = state if state in STATES else MatchState.PENDING, band if band in BANDS else ""
    found = listing(
        page.act,
        state=state,
        band=band or None,
        cursor=page.query("desde") or None,
        limit=SHOWN,
    )
    following = found["next"]
    query = f"/coincidencias?estado={state}" + (f"&parecido={band}" if band else "")
    return page.draw(
        "matching/list.html",
        items=[_face(one) for one in found["items"]],
        tabs=[(f"/coincidencias?estado={name}", gettext(text), name) for name, text in STATES.items()],
        state=state,
        band=band,
        bands=[(name, gettext(text)) for name, (text, _kind) in BANDS.items()],
        next=f"{query}&desde={following}" if following else "",
    )


@router.get("/coincidencias/{code}", dependencies=[REVIEWS])
def compare(code: str, page: CurrentPage) -> Response:
    """Two records side by side, as far as each may be seen; looking is recorded."""
    return _compare_page(page, code)


@router.post("/coincidencias/{code}", dependencies=[REVIEWS])
def decision(code: str, page: CurrentPage) -> Response:
    """Keeps what was decided; of one person, also asks that the two records be joined."""
    form = page.form
    with page.attempt():
        said = form.text("decision") or ""
        reason = (
            form.text("reason_same" if said == MatchState.SAME else "reason_other")
            if said != MatchState.UNKNOWN
            else None
        )
        keep = form.text("keep")
        if said != MatchState.UNKNOWN and reason is None:
            form.wrong(
                "reason_same" if said == MatchState.SAME else "reason_other", gettext("Elija el motivo.")
            )
        if said == MatchState.SAME and form.flag("two") and keep is None:
            form.wrong("keep", gettext("Elija qué código queda."))
        form.check()
        done = decide(page.act, code, version_of(page), said, reason)
        following = done["next"]
        if following is None or following["body"] is None:
            return page.go("/coincidencias", done="duda-decidida")
        pair = following["body"]
        kept, absorbed = pair["keep"], pair["absorb"]
        if keep == absorbed:
            kept, absorbed = absorbed, kept
        asked = request_merge(page.act, kept, absorbed, reason or "")
        return page.go(f"/solicitudes/{asked.code}", done="union-pedida")
    return _compare_page(page, code)


def _compare_page(page: Page, code: str) -> Response:
    found = read(page.act, code)
    page.form.version = found["version"]
    page.form.start(keep=found["records"][0]["code"])
    return page.draw(
        "matching/compare.html",
        pair=_face(found),
        rows=[_row(one) for one in sorted(found["fields"], key=_place)],
        waits=found["state"] in WAITING,
        two=len(found["records"]) > 1 and not found["one_person"],
        reasons={name: list(given.items()) for name, given in found["decisions"].items()},
        told=_told(found),
    )


def _face(one: CandidateView) -> dict[str, object]:
    text, kind = BANDS[one["band"]]
    state = STATES[one["state"]]
    return {
        **one,
        "likeness": (gettext(text), kind),
        "state_tag": (gettext(state), "blue" if one["state"] == MatchState.PENDING else "grey"),
        "origin_label": gettext(ORIGINS[one["origin"]]),
    }


def _place(one: ComparedFieldView) -> int:
    known = list(COMPARED)
    return known.index(one["field"]) if one["field"] in known else len(known)


def _row(one: ComparedFieldView) -> dict[str, object]:
    text, kind = VERDICTS[one["verdict"]]
    label = COMPARED.get(one["field"])
    return {
        "label": gettext(label) if label else fields("identity")[one["field"]].label,
        "values": [None if isinstance(value, str) else _words(value) for value in one["values"]],
        "verdict": (gettext(text), kind),
    }


def _words(values: Values) -> str:
    """What one of the two says; a field of several is told one after the other."""
    known = controls(fields("identity"), only=list(values)) if values else []
    return " · ".join(words(one, values[one.key]) for one in known)


def _told(found: ComparisonView) -> list[tuple[str, str]]:
    """What was said about the pair so far, in words."""
    labels = {code: text for name in ("not_duplicate_reason", "merge_reason") for code, text in options(name)}
    said = []
    if found["reason"]:
        said.append((gettext("Quien registró dijo"), labels.get(found["reason"], "")))
    if found["decision_reason"]:
        said.append((gettext("Motivo de la decisión"), labels.get(found["decision_reason"], "")))
    return said
