"""Read proceedings of a case, for who reads its legal compartment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, canonical
from app.access.opening_rows import SealedRow, open_rows
from app.access.policy import Level
from app.catalogues import code_list
from app.errors import NotFound
from app.models import CaseProceeding, Proceeding
from app.records.rows import partial_row
from app.services.cases.parts import CasePart
from app.services.cases.rows import public_codes
from app.services.proceedings.stages import MACHINES
from app.services.proceedings.views import LinkView, ProceedingView

TABLE = "case_proceeding"
COMPARTMENT = "legal"
_CLEAR = ("sentence", "reparation_ordered")
_FACTS = ("code", "kind", "stage", "stage_since", "department", "opened_on")


def links_of(
    session: Session, ref: CaseRef, code: str | None = None, *, proceeding_id: int | None = None
) -> Sequence[Any]:
    """The latest version of each link of a case, withdrawn ones too, with its proceeding."""
    link, what = CaseProceeding, Proceeding
    query = (
        select(
            link.id, link.proceeding_id, link.version, link.digest, link.retired, link.sentence,
            link.reparation_ordered, link.sealed, link.key_version, link.at,
            what.version.label("stage_version"), *(getattr(what, name) for name in _FACTS),
        )
        .join(what, what.id == link.proceeding_id)
        .where(link.case_id == ref.case_id, link.victim_id == ref.victim_id)
        .ext(distinct_on(link.proceeding_id))
        .order_by(link.proceeding_id, link.version.desc())
    )  # fmt: skip
    if code is not None:
        query = query.where(what.code == canonical(code, "PJ"))
    if proceeding_id is not None:
        query = query.where(link.proceeding_id == proceeding_id)
    return session.execute(query).all()


def link_in(session: Session, ref: CaseRef, code: str) -> Any:
    """The standing link of a case with a proceeding.

    Raises:
        NotFound: there is none.
    """
    rows = [row for row in links_of(session, ref, code) if not row.retired]
    if not rows:
        raise NotFound
    return rows[0]


def opened(act: Act, ref: CaseRef, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """What is written of each link (JSON form), whole; recorded before it is opened."""
    sealed = [SealedRow(row.id, row.key_version, row.sealed) for row in rows]
    texts = open_rows(act, COMPARTMENT, ref.strand, TABLE, sealed, action="proceedings.read")
    clear = [{name: getattr(row, name) for name in _CLEAR if getattr(row, name) is not None} for row in rows]
    return [known | text for known, text in zip(clear, texts, strict=True)]


def shown(act: Act, part: CasePart) -> list[ProceedingView]:
    """The proceedings of the case as the actor reads them."""
    rows = [row for row in links_of(act.session, part.ref) if not row.retired]
    others = _others(act, part.ref, [row.proceeding_id for row in rows])
    written = opened(act, part.ref, rows)
    return [
        {
            "code": row.code,
            "kind": row.kind,
            "stage": row.stage,
            "stage_since": row.stage_since,
            "department": row.department,
            "opened_on": row.opened_on,
            "kind_label": code_list("proceeding_kind").label(row.kind),
            "stage_label": MACHINES[row.kind].labels[row.stage],
            "possible_stages": list(MACHINES[row.kind].offered(row.stage)),
            "stage_version": row.stage_version,
            "version": row.version,
            "updated_at": row.at,
            "link": cast("LinkView", data if part.level is Level.FULL else partial_row(TABLE, data)),
            "other_cases": others.get(row.proceeding_id, []),
        }
        for row, data in zip(rows, written, strict=True)
    ]


def _others(act: Act, ref: CaseRef, proceedings: Sequence[int]) -> dict[int, list[str]]:
    """Codes of other cases in the actor's scope that the proceedings are about."""
    link = CaseProceeding
    rows = act.session.execute(
        select(link.proceeding_id, link.case_id, link.retired)
        .where(link.proceeding_id.in_(proceedings), link.case_id != ref.case_id)
        .ext(distinct_on(link.proceeding_id, link.case_id))
        .order_by(link.proceeding_id, link.case_id, link.version.desc())
    ).all()
    codes = public_codes(act, (row.case_id for row in rows))
    found: dict[int, list[str]] = {}
    for row in rows:
        if not row.retired and row.case_id in codes:
            found.setdefault(row.proceeding_id, []).append(codes[row.case_id]["case"])
    return found
