"""Keep forms on the server while they are written, so that nothing readable stays on the device.

A draft is its author's own, in the unit it was begun in. It dies when its form is sent, or untouched for 30
days. Saving leaves no trace, since it would be one every few seconds; opening one about a case does.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import JSON, cast, func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.opening_drafts import open_draft
from app.access.sealing import SealedAlone, seal_draft
from app.db import next_ids
from app.errors import Conflict, Invalid, NotFound, TooLarge
from app.models import Draft
from app.services.drafts.queries import count_drafts, draft_names, find_draft, list_drafts, oldest_draft

MOST: Final = 100
LONGEST: Final = 256 * 1024
DAYS: Final = 30
REVIEW: Final = "revisar"
PAGES: Final = "pagina"
"""Kind of the forms that are kept under the address of their page: any of them."""
_LOCK: Final = 0x4472_6166
"""First half of the advisory lock of a user's drafts; the second is the user."""
_FORM: Final = re.compile(r"[a-z]{1,30}(:[A-Za-z0-9-]{1,60}){0,2}")
_PATH: Final = re.compile(r"(/[A-Za-z0-9_-]+)+")
_ADDRESS: Final = re.compile(r"(/[A-Za-z0-9_.~%-]+)+(\?[A-Za-z0-9_.~%=&-]*)?")
_LONGEST_PATH: Final = 200
_CODE: Final = re.compile(r"[A-Z]{2}(-[0-9A-Z]{4}){2,3}")
_FIELDS: Final = "fields"

Fields = Mapping[str, Sequence[str]]
"""A form as it was filled in: every value of each control."""


def is_page(path: str) -> bool:
    """Whether a path can be one of a page of ours: words and codes, no other site's address."""
    return len(path) <= _LONGEST_PATH and _PATH.fullmatch(path) is not None


def is_address(address: str) -> bool:
    """Whether it can be the address of a page of ours, with its parameters."""
    return len(address) <= _LONGEST_PATH and _ADDRESS.fullmatch(address) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Which form a draft is of, and the page it is on; `subject`: code of the case or person it is about.

    `form` is the kind and the code of what it belongs to: `nota:CA-7K3M-9QX2-H4TC`.
    """

    form: str
    path: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft without its content. `reason`: why it could not be taken, if it has to be reviewed."""

    form: str
    kind: str
    path: str
    subject: str | None
    reason: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft and the fields that were filled in."""

    listed: Listed
    fields: dict[str, list[str]]


def save(act: Act, place: Place, fields: Fields, *, crowd_out: bool = True) -> None:
    """Keep a form as it is now, in place of what was kept of it.

    Args:
        crowd_out: when there are too many, the form of some page that was left longest ago gives way.

    Raises:
        Invalid: it is no form or page of ours, or a text cannot be stored.
        TooLarge: more than 256 KiB.
        Conflict: the user has 100 drafts already.
    """
    kind = place.form.partition(":")[0]
    _keep(act, place, fields, kind=kind, reason=None, crowd_out=crowd_out)


def keep_for_review(act: Act, kind: str, place: Place, fields: Fields, reason: str) -> str:
    """Keep what could not be taken, beside any other draft; `place.form` is not used. Returns its form.

    Raises:
        Invalid, TooLarge, Conflict: as `save`.
    """
    form = f"{REVIEW}:{uuid.uuid4()}"
    _keep(act, Place(form, place.path, place.subject), fields, kind=kind, reason=reason)
    return form


def _keep(
    act: Act,
    place: Place,
    fields: Fields,
    *,
    kind: str,
    reason: str | None,
    crowd_out: bool = True,
) -> None:
    _check(place)
    data = {_FIELDS: {name: list(values) for name, values in fields.items()}}
    if len(json.dumps(data, ensure_ascii=False).encode(errors="surrogatepass")) > LONGEST:
        raise TooLarge("El formulario es demasiado largo para guardarlo como borrador. Envíelo o acórtelo.")
    act.session.execute(select(func.pg_advisory_xact_lock(_LOCK, act.actor.user_id % 2**31)))
    found = find_draft(act.session, place.form)
    if found is None:
        _make_room(act.session, crowd_out=crowd_out)
    draft_id = found.id if found is not None else next_ids(act.session, draft=1)["draft"][0]
    version = found.version + 1 if found is not None else 1
    sealed: SealedAlone | None
    try:
        sealed = seal_draft(act.session, act.actor.user_id, draft_id, version, data)
    except ValueError:
        sealed = None
    if sealed is None:  # raised outside the handler: the codec's error carries the text
        raise Invalid("Hay caracteres que no se pueden guardar. Revise los textos.")
    row = {
        "id": draft_id,
        "form": place.form,
        "kind": kind,
        "path": place.path,
        "subject_code": place.subject,
        "reason": reason,
        "version": version,
        "kek_id": sealed["kek_id"],
        "wrapped": "\\x" + sealed["wrapped"].hex(),
        "sealed": "\\x" + sealed["sealed"].hex(),
    }
    act.session.execute(select(func.ruv.keep_draft(cast(row, JSON))))


def _make_room(session: Session, *, crowd_out: bool) -> None:
    if count_drafts(session) < MOST:
        return
    left = oldest_draft(session, PAGES) if crowd_out else None
    if left is None:
        raise Conflict("Ya tiene 100 borradores. Envíe o borre alguno en Mis borradores.")
    session.execute(select(func.ruv.drop_draft(left)))


def _check(place: Place) -> None:
    subject = place.subject is None or _CODE.fullmatch(place.subject)
    if not (_FORM.fullmatch(place.form) and is_address(place.path) and subject):
        raise Invalid("No se reconoce el formulario. Vuelva a abrir la página.")


def opened(act: Act, form: str) -> Opened | None:
    """The actor's draft of a form with its content, if there is one; the trace tells of one about a case.

    Raises:
        Unavailable: the trace cannot be written.
        SealBroken: the draft was tampered with.
    """
    row = find_draft(act.session, form)
    if row is None:
        return None
    return Opened(_listed(row), open_draft(act, row)[_FIELDS])


def names(session: Session) -> frozenset[str]:
    """Of which forms the bound user has drafts."""
    return draft_names(session)


def mine(session: Session) -> list[Listed]:
    """The bound user's drafts, those to be reviewed first, then the newest."""
    return [_listed(row) for row in list_drafts(session)]


def finish(session: Session, form: str, *, written_at: datetime | None = None) -> bool:
    """Throw away the bound user's draft of a form that was sent; whether there was one.

    Args:
        written_at: when what was sent was written; a draft changed since is of something else, and stays.
    """
    if written_at is not None:
        found = find_draft(session, form)
        if found is None or found.updated_at > written_at:
            return False
    return bool(session.scalar(select(func.ruv.drop_draft(form))))


def discard(session: Session, form: str) -> None:
    """Throw away a draft that its author gives up.

    Raises:
        NotFound: the bound user has no such draft.
    """
    if not finish(session, form):
        raise NotFound("Ese borrador ya no existe.")


def sweep_drafts(session: Session, *, at: datetime | None = None) -> int:
    """Throw away drafts nobody touched for 30 days; how many. The session is the scheduler's."""
    since = (at or datetime.now(UTC)) - timedelta(days=DAYS)
    return session.scalar(select(func.ruv.sweep_drafts(since))) or 0


def _listed(row: Draft) -> Listed:
    return Listed(row.form, row.kind, row.path, row.subject_code, row.reason, row.updated_at)
