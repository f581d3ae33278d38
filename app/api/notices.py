"""Notices to the caller and its unit: `/notices`."""

from typing import Annotated

from fastapi import Query

from app.access.permissions import Permission
from app.api.answers import Answer
from app.api.schemas import Code
from app.edge.deps import CurrentAct, Requires
from app.edge.routing import Branch
from app.services.notices import acknowledging, queries
from app.services.notices.views import NoticeReadView, NoticeView
from app.services.paging import PAGE
from app.services.views import Listing

router = Branch(prefix="/notices", tags=["notices"])


@router.get("", dependencies=[Requires(Permission.CASES_READ)], summary="Avisos")
def index(
    act: CurrentAct,
    *,
    unread: Annotated[bool, Query(title="Solo los no leídos")] = True,
    cursor: Annotated[str | None, Query(title="Cursor de la página anterior", max_length=200)] = None,
    limit: Annotated[int, Query(title="Filas por página", ge=1, le=200)] = PAGE,
) -> Answer[Listing[NoticeView]]:
    """Newest first; codes only, and the unit that did it (a shelter stays unnamed).

    `acknowledge`: it waits for the unit's acknowledgement; `send_again`: a referral for another unit now;
    `due`: until when the unit has to meet the deadline it tells of, while that runs.
    """
    return Answer(queries.inbox(act, unread=unread, cursor=cursor, limit=limit))


@router.post(
    "/{code}/read",
    dependencies=[Requires(Permission.CASES_READ)],
    summary="Acusar recibo (marcar como leído)",
)
def read(code: Code, act: CurrentAct) -> Answer[NoticeReadView]:
    """The first of the unit counts; once more changes nothing. A duty to tell the unit is met with it."""
    return Answer(acknowledging.mark_read(act, code))
