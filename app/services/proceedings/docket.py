"""The prosecutor's persons: stage, next hearing and measures, of every case of one page at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, require
from app.access.permissions import Permission
from app.access.policy import Level
from app.access.scope import actor_params, visible_cases
from app.access.standing import standing
from app.audit import record
from app.models import CaseProceeding, Proceeding, ProtectionMeasure, TraffickingCase
from app.services.cases import queries as cases
from app.services.proceedings.reading.links import opened
from app.services.proceedings.stages import MACHINES
from app.services.proceedings.views import DocketCaseView, DocketProceedingView, DocketProtectionView
from app.states import MeasureState

_PAGE: Final = 25

_KEPT: Final = ("code", "kind", "stage", "stage_since")


@dataclass(frozen=True, slots=True)
class Docket:
    """One page of the prosecutor's persons and the cursor of the next.

    `items`: a case each, as the work list shows it, with `proceedings` (None where its legal part is not
    read) and `protection` (None where that is not read): measures in force and the first day one ends.
    """

    items: list[DocketCaseView]
    next: str | None


def docket(act: Act, cursor: str | None = None) -> Docket:
    """The cases in the actor's scope with their proceedings and protection, most recent activity first.

    Numbers and hearings are opened, and recorded, only of persons whose legal part the actor reads in full.

    Raises:
        Forbidden: the role sets no identification status.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_IDENTIFY)
    page = cases.work_list(act, cursor=cursor, limit=_PAGE)
    refs = _refs(act, [item["code"] for item in page["items"]])
    levels = {code: _levels(act, ref) for code, ref in refs.items()}
    reading = [ref for code, ref in refs.items() if levels[code]["legal"] is Level.FULL]
    guarded = [ref for code, ref in refs.items() if levels[code]["protection"] is Level.FULL]
    links, measures = _links(act, reading), _measures(act.session, guarded)
    for ref in guarded:
        record(
            act, "measures.read", victim_id=ref.victim_id, case_id=ref.case_id,
            purpose=act.purpose, compartments=["protection"],
            detail={"measures": measures[ref.case_id]["in_force"]},
        )  # fmt: skip
    items: list[DocketCaseView] = [
        {
            **item,
            "proceedings": links.get(refs[item["code"]].case_id),
            "protection": measures.get(refs[item["code"]].case_id),
        }
        for item in page["items"]
    ]
    return Docket(items, page["next"])


def _refs(act: Act, codes: Sequence[str]) -> dict[str, CaseRef]:
    rows = act.session.execute(
        visible_cases(act.actor)
        .add_columns(TraffickingCase.record_id, TraffickingCase.code, TraffickingCase.version)
        .where(TraffickingCase.code.in_(codes))
        .params(actor_params(act.actor))
    ).all()
    return {row.code: CaseRef(row[0], row[1], row.record_id, row.code, row.version) for row in rows}


def _levels(act: Act, ref: CaseRef) -> Mapping[str, Level]:
    stand = standing(act, ref.victim_id)
    return {name: stand.level(act.actor, name) if stand else Level.NONE for name in ("legal", "protection")}


def _links(act: Act, refs: Sequence[CaseRef]) -> dict[int, list[DocketProceedingView]]:
    """Standing links of the cases, with what of them the list shows."""
    link, what = CaseProceeding, Proceeding
    rows = act.session.execute(
        select(
            link.id, link.case_id, link.proceeding_id, link.retired, link.sentence, link.reparation_ordered,
            link.sealed, link.key_version, *(getattr(what, name) for name in _KEPT),
        )
        .join(what, what.id == link.proceeding_id)
        .where(
            link.case_id.in_([ref.case_id for ref in refs]),
            link.victim_id.in_([ref.victim_id for ref in refs]),
        )
        .ext(distinct_on(link.case_id, link.proceeding_id))
        .order_by(link.case_id, link.proceeding_id, link.version.desc())
    ).all()  # fmt: skip
    found: dict[int, list[DocketProceedingView]] = {}
    for ref in refs:
        own = [row for row in rows if row.case_id == ref.case_id and not row.retired]
        texts = opened(act, ref, own) if own else []
        found[ref.case_id] = [_shown(row, text) for row, text in zip(own, texts, strict=True)]
    return found


def _shown(row: Any, text: Mapping[str, Any]) -> DocketProceedingView:
    return {
        "code": row.code,
        "kind": row.kind,
        "stage": row.stage,
        "stage_since": row.stage_since,
        "stage_label": MACHINES[row.kind].labels[row.stage],
        "file_number": text.get("file_number"),
        "complaint_number": text.get("complaint_number"),
        "next_hearing_on": text.get("next_hearing_on"),
    }


def _measures(session: Session, refs: Sequence[CaseRef]) -> dict[int, DocketProtectionView]:
    table = ProtectionMeasure
    rows = session.execute(
        select(table.case_id, func.count().label("in_force"), func.min(table.until).label("ends_on"))
        .where(
            and_(
                table.case_id.in_([ref.case_id for ref in refs]),
                table.victim_id.in_([ref.victim_id for ref in refs]),
                table.state == MeasureState.IN_FORCE,
            )
        )
        .group_by(table.case_id)
    ).all()
    found: dict[int, DocketProtectionView] = {ref.case_id: {"in_force": 0, "ends_on": None} for ref in refs}
    for row in rows:
        found[row.case_id] = {"in_force": row.in_force, "ends_on": row.ends_on}
    return found
