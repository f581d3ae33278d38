"""What a form said when its session was locked or over: kept as a draft of whose session it was, never done.

A page may lie open for days. What was typed in it goes to nobody but its own author: the cookie says who that
is, and the form's token that the page is of the same session. A session that was ended (signed out, password
changed, account disabled) keeps nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.db import Database
from app.edge.installation import get_runtime
from app.errors import AppError
from app.services.drafts import service as drafts
from app.services.drafts.service import Place
from app.services.limits import PerMinute

NAME: Final = "_formulario"
PAGE: Final = "_pagina"
VERSION: Final = "_version"
_CODE: Final = re.compile(r"[A-Z]{2}(-[0-9A-Z]{4}){2,3}")
_MOST: Final = PerMinute(30)


@dataclass(frozen=True, slots=True)
class Unsent:
    """The page a form came from, and whether what it said was kept."""

    page: str
    kept: bool


def written(form: FormData) -> dict[str, list[str]]:
    """What people filled in, and which version they had before them; no token, no key, no file."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and (name == VERSION or not name.startswith("_")):
            fields.setdefault(name, []).append(value)
    return fields


def place_of(form: FormData) -> Place:
    """Which draft a form is kept as, and where its page is."""
    name, page = _text(form, NAME), _text(form, PAGE)
    subject = _CODE.search(name) or _CODE.search(page)
    return Place(name, page, subject.group() if subject else None)


async def keep_unsent(request: Request, form: FormData, owner: Actor) -> None:
    """Keep what a refused form said for whose session it was; `request.state.unsent` says whether it was."""
    database: Database = get_runtime(request).database
    place = place_of(form)
    if not place.form or not drafts.is_address(place.path):
        return
    kept = await run_in_threadpool(_kept, database, replace(owner, session_id=None), place, written(form))
    request.state.unsent = Unsent(place.path, kept)


def _kept(database: Database, owner: Actor, place: Place, fields: dict[str, list[str]]) -> bool:
    try:
        _MOST.check(str(owner.user_id), "")
        with database.session(owner) as session:
            drafts.save(Act(session, CARE), place, fields, crowd_out=False)
    except AppError:
        return False
    return True


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
