"""Read requests of data subjects: the units of the case in full, the data protection officer codes only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, canonical, case_in_scope, require
from app.access.opening_rows import SealedRow, open_rows
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_cases
from app.access.sealing import COORDINATION
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, NotFound, unknown_code, wrong
from app.models import DataRequest, DataRequestEvent, TraffickingCase
from app.records.kinds import today
from app.services.cases.rows import public_codes
from app.services.data_requests import rules
from app.services.data_requests.views import (
    DataRequestCodesView,
    DataRequestListedView,
    DataRequestStepsView,
    DataRequestStepView,
    DataRequestTexts,
    DataRequestView,
)
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.views import Listing
from app.vault import key_version_of

REQUEST_TEXT = 1
ANSWER_TEXT = 2
"""Row versions the two sealed texts of a request are bound to, so that neither passes for the other."""

_CODED = (
    *("id", "victim_id", "case_id", "code", "kind", "received_on", "channel", "by_whom", "state", "due_on"),
    *("extended_on", "denial_ground", "notified_on", "recorded_at", "version"),
)
_COLUMNS = tuple(getattr(DataRequest, name) for name in _CODED)
_UNITS = "SELECT * FROM ruv.data_request_units(%(ids)s)"


@dataclass(frozen=True, slots=True)
class Found:
    """A request as stored; `ref` is its case, where the actor has a part in it."""

    row: Any
    ref: CaseRef | None
    own: bool


def find(act: Act, code: str) -> Found:
    """The request behind a code.

    Raises:
        NotFound: no such request, or the actor neither has a part in its case nor oversees them all.
    """
    row = act.session.execute(
        select(*_COLUMNS, DataRequest.sealed, DataRequest.sealed_answer, DataRequest.key_version)
        .where(DataRequest.code == canonical(code, "SD"), _reach(act.actor))
        .params(actor_params(act.actor))
    ).first()
    if row is None:
        raise NotFound
    codes = public_codes(act, [row.case_id]).get(row.case_id)
    ref = case_in_scope(act, codes["case"]) if codes else None
    return Found(row, ref, _units(act.session, [row.id])[row.id].own)


def read(act: Act, code: str) -> DataRequestView | DataRequestStepsView:
    """One request with its steps; person, case and texts only to who takes part in the case.

    Raises:
        NotFound: no such request within the actor's reach.
    """
    require(act.actor, Permission.DATA_REQUESTS_READ)
    found = find(act, code)
    row = found.row
    answer: DataRequestStepsView = {
        **_shown(row, _units(act.session, [row.id])),
        "steps": _steps(act.session, row),
    }
    record(
        act, "data-requests.read", purpose=act.purpose, detail={"request": row.code},
        victim_id=row.victim_id if found.ref else None, case_id=row.case_id if found.ref else None,
    )  # fmt: skip
    if found.ref is None:
        return answer
    codes = public_codes(act, [row.case_id])[row.case_id]
    whole: DataRequestView = {
        **answer,
        "case": codes["case"],
        "victim": codes["victim"],
        **texts_of(act, found.ref, row),
    }
    return whole


def listed(
    act: Act,
    *,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Listing[DataRequestListedView | DataRequestCodesView]:
    """Requests within the actor's reach, latest received first, a page of them.

    Raises:
        Forbidden: the role reads none.
        Invalid: unknown state.
    """
    require(act.actor, Permission.DATA_REQUESTS_READ)
    query = (
        select(*_COLUMNS)
        .where(_reach(act.actor))
        .order_by(DataRequest.recorded_at.desc(), DataRequest.code.desc())
        .limit(limit + 1)
    )
    if state is not None:
        if state not in rules.STATES:
            raise Invalid("Revise el filtro.", errors=[unknown_code("state", rules.STATES, "unknown")])
        query = query.where(DataRequest.state == state)
    if cursor is not None:
        moment, last = read_cursor(cursor, "SD")
        earlier = and_(DataRequest.recorded_at == moment, DataRequest.code < last)
        query = query.where(or_(DataRequest.recorded_at < moment, earlier))
    rows = act.session.execute(query.params(actor_params(act.actor))).all()
    page = rows[:limit]
    units = _units(act.session, [row.id for row in page])
    cases = public_codes(act, {row.case_id for row in page})
    items = [_listed(row, units, cases.get(row.case_id)) for row in page]
    record(
        act, "data-requests.list", purpose=act.purpose,
        detail={"requests": [row.code for row in page]},
    )  # fmt: skip
    following = cursor_of(page[-1].recorded_at, page[-1].code) if len(rows) > limit else None
    return {"items": items, "next": following}


def file_request(act: Act, victim_id: int, code: str) -> Found:
    """The open request of a person on which her own file may be handed over by the actor's unit.

    Raises:
        Invalid: there is none of this code, it is closed, or of another kind; the field is `request`.
    """
    message = "Indique una solicitud abierta de acceso o portabilidad de esta persona, de su unidad."
    error = wrong("request", "no-open-request", message)
    try:
        found = find(act, code)
    except NotFound:
        raise Invalid(message, errors=[error]) from None
    row = found.row
    fits = row.state in rules.OPEN and row.kind in rules.GIVES_FILE and found.own
    if row.victim_id != victim_id or not fits:
        raise Invalid(message, errors=[error])
    return found


def _reach(actor: Actor) -> ColumnElement[bool]:
    """Whoever oversees the register reads every request's codes; others those of their cases."""
    if policy().permits(actor.role, Permission.AUDIT_READ):
        return true()
    return DataRequest.case_id.in_(visible_cases(actor).with_only_columns(TraffickingCase.id))


def _units(session: Session, ids: Iterable[int]) -> dict[int, Any]:
    rows = session.connection().exec_driver_sql(_UNITS, {"ids": list(ids)})
    return {row.request_id: row for row in rows}


def _listed(
    row: Any, units: dict[int, Any], codes: Mapping[str, str] | None
) -> DataRequestListedView | DataRequestCodesView:
    shown = _shown(row, units)
    if codes is None:
        return shown
    whole: DataRequestListedView = {**shown, "case": codes["case"], "victim": codes["victim"]}
    return whole


def _shown(row: Any, units: dict[int, Any]) -> DataRequestCodesView:
    unit = units[row.id]
    kinds, channels = code_list("data_request_kind").labels, code_list("data_request_channel").labels
    return {
        "code": row.code,
        "kind": row.kind,
        "received_on": row.received_on,
        "channel": row.channel,
        "by_whom": row.by_whom,
        "state": row.state,
        "due_on": row.due_on,
        "extended_on": row.extended_on,
        "denial_ground": row.denial_ground,
        "notified_on": row.notified_on,
        "recorded_at": row.recorded_at,
        "version": row.version,
        "kind_label": kinds[row.kind],
        "channel_label": channels.get(row.channel, row.channel),
        "state_label": rules.STATES[row.state],
        "denial_ground_label": rules.GROUNDS.get(row.denial_ground) if row.denial_ground else None,
        "unit": {"code": unit.unit_code, "name": unit.unit_name},
        "overdue": row.state in rules.OPEN and row.due_on < today(),
        "possible_states": list(rules.MACHINE.offered(row.state)),
    }


def _steps(session: Session, row: Any) -> list[DataRequestStepView]:
    steps = session.execute(
        select(DataRequestEvent.from_state, DataRequestEvent.to_state, DataRequestEvent.at)
        .where(DataRequestEvent.request_id == row.id, DataRequestEvent.victim_id == row.victim_id)
        .order_by(DataRequestEvent.id)
    )
    return [{"from": step.from_state, "to": step.to_state, "at": step.at} for step in steps]


def texts_of(act: Act, ref: CaseRef, row: Any) -> DataRequestTexts:
    """The words of a request and of its answer, after recording who reads them."""
    sealed = []
    if row.sealed is not None:
        sealed.append(SealedRow(row.id, row.key_version, row.sealed, REQUEST_TEXT))
    if row.sealed_answer is not None:
        version = key_version_of(row.sealed_answer)
        sealed.append(SealedRow(row.id, version, row.sealed_answer, ANSWER_TEXT))
    texts: dict[str, object] = {"request": None, "answer": None}
    if sealed:
        for text in open_rows(
            act, COORDINATION, ref.strand, "data_request", sealed,
            action="data-requests.read",
        ):  # fmt: skip
            texts.update(text)
    return cast("DataRequestTexts", texts)
