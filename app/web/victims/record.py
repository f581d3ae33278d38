"""The data of a case's person, part by part: closed until somebody says why it must be opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.access.policy import Level
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records import COMPARTMENTS, Partial, fields
from app.records.partial import MASK
from app.services.victims import queries, record_parts
from app.services.victims.family import COMPARTMENT as CONTACT
from app.services.victims.record_parts import REASONS, Look, Part
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, controls, shown
from app.web.kit.page import CurrentPage, Page
from app.web.victims.record_groups import ABOUT, SLUGS, grouped

router = Branch()

READS = Requires(Permission.VICTIMS_READ)
_SLUG_OF: Final = {name: slug for slug, name in SLUGS.items()}


@router.get("/casos/{code}/datos", dependencies=[READS])
def data(code: str, page: CurrentPage) -> Response:
    """The parts of the record that exist for the role, none of them opened."""
    page.form.start(motivo="atencion")
    return _draw_parts(page, case_frame(page, code, "datos"))


@router.post("/casos/{code}/datos", dependencies=[READS])
def open_part(code: str, page: CurrentPage) -> Response:
    """Opens one part, for the reason given; nothing else is opened, and the look is recorded."""
    frame = case_frame(page, code, "datos")
    slug = page.form.text("parte", needed=_("Elija qué parte abrir.")) or ""
    reason = page.form.text("motivo", needed=_("Indique para qué necesita ver estos datos.")) or ""
    if not page.form.errors:
        compartment = compartment_of(slug)
        with page.attempt():
            if page.form.flag("versiones"):
                return _draw_versions(page, frame, compartment, reason)
            look = record_parts.look(page.act, frame["case"]["victim"], compartment, reason=reason)
            return _draw_part(page, frame, look, reason)
    return _draw_parts(page, frame)


def compartment_of(slug: str) -> str:
    """The compartment an address names.

    Raises:
        NotFound: none.
    """
    if slug not in SLUGS:
        raise NotFound
    return SLUGS[slug]


class Cell(TypedDict):
    """A value for the template: its words, or rows of an object; whether it is a mask."""

    words: object
    rows: bool
    masked: bool


Groups = list[tuple[str, list[tuple[str, Cell]]]]
"""Titles, and under each the labels with their values."""


def shown_groups(look: Look) -> Groups:
    """What is known, in words and in groups; fields nobody filled are left out."""
    return _in_words(look.part.name, look.data)


def _in_words(name: str, data: Mapping[str, object]) -> Groups:
    known = fields(name)
    drawn = controls({key: known[key] for key in known if key in data})
    return [
        (title, [(one.label, _cell(one, data[one.key])) for one in inside])
        for title, inside in grouped(name, drawn)
    ]


def _cell(one: Control, value: object) -> Cell:
    words = shown(one, value)
    masked = isinstance(value, str) and value.startswith(MASK)
    return {"words": words, "rows": isinstance(words, list), "masked": masked}


def _draw_parts(page: Page, frame: CaseFrame) -> Response:
    found = record_parts.parts(page.act, frame["case"]["victim"])
    return page.draw(
        "victims/record/parts.html",
        **frame,
        cards=[_card(one) for one in found],
        family=any(one.name == CONTACT and one.opens for one in found),
        opens=any(one.opens and one.filled for one in found),
        reasons=list(REASONS.items()),
    )


def _card(part: Part) -> dict[str, object]:
    levels = {Level.EXISTS: (_("Reservada"), "grey"), Level.PARTIAL: (_("Parcial"), "yellow")}
    level, kind = levels.get(part.level, (_("Completa"), "green"))
    return {
        "slug": _SLUG_OF[part.name],
        "title": part.title,
        "about": _(ABOUT[part.name]),
        "level": level,
        "kind": kind,
        "part": part,
    }


def _draw_part(page: Page, frame: CaseFrame, look: Look, reason: str) -> Response:
    return page.draw(
        "victims/record/part.html",
        **frame,
        slug=_SLUG_OF[look.part.name],
        part=look.part,
        partial=look.part.level is Level.PARTIAL,
        broken=look.broken,
        hidden=_hidden(look),
        groups=shown_groups(look),
        reason=reason,
        reason_label=REASONS[reason],
    )


def _hidden(look: Look) -> bool:
    """Whether the role reads less than there may be."""
    rules: Sequence[Partial] = [f.partial for f in fields(look.part.name).values()]
    return look.part.level is Level.PARTIAL and any(rule is not Partial.SHOW for rule in rules)


def _draw_versions(page: Page, frame: CaseFrame, compartment: str, reason: str) -> Response:
    record_parts.check_reason(reason)
    found = queries.history(page.act.for_purpose(reason), frame["case"]["victim"], compartment)
    older = [*(one["data"] for one in found[1:]), {}]
    return page.draw(
        "victims/record/versions.html",
        **frame,
        slug=_SLUG_OF[compartment],
        title=COMPARTMENTS[compartment].title_es,
        reason=reason,
        versions=[
            {**new, "changes": _differences(compartment, old, new["data"])}
            for new, old in zip(found, older, strict=True)
        ],
    )


def _differences(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> list[tuple[str, Cell]]:
    """What a version wrote or took away, field by field."""
    known = fields(name)
    changed = [key for key in known if old.get(key) != new.get(key)]
    gone: Cell = {"words": _("Se quitó"), "rows": False, "masked": False}
    return [
        (one.label, _cell(one, new[one.key]) if one.key in new else gone)
        for one in (controls(known, only=changed) if changed else [])
    ]
