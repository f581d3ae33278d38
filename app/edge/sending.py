"""Answers that are files: papers drawn for the reader, and stored files a few pieces at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.responses import Response, StreamingResponse

from app.access.act import CARE, Act
from app.access.actor import Actor
from app.runtime import Runtime
from app.services.evidence.queries import Download, content
from app.services.printing.issuing import Issue, issue
from app.services.printing.sheet import render

EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
}


def printed(runtime: Runtime, actor: Actor, build: Callable[[Act], Issue], purpose: str = CARE) -> Response:
    """A paper: read and recorded in one transaction, drawn after it, so that nobody waits for a drawing."""
    with runtime.database.session(actor) as session:
        act = Act(session, purpose)
        wanted = issue(act, build(act))
    headers = {
        "Content-Disposition": f'attachment; filename="{wanted.paper.code}.pdf"',
        "Cache-Control": "no-store",
    }
    return Response(render(wanted), headers=headers, media_type="application/pdf")


def streamed(runtime: Runtime, actor: Actor, begin: Callable[[Act], Download]) -> StreamingResponse:
    """A stored file: who looked is in the trace before the first byte leaves."""
    with runtime.database.session(actor) as session:
        found = begin(Act(session, CARE))
    return StreamingResponse(
        content(runtime.database, actor, found.reading),
        media_type=found.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.code}.{EXTENSIONS[found.media_type]}"',
            "Content-Length": str(found.size_bytes),
            "Cache-Control": "no-store",
        },
    )
