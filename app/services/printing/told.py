"""The papers printed of a person among all that is held of her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.models import PrintedDocument as Paper
from app.services.rows.kinds import Kind, person_of
from app.services.rows.telling import Shape, View


def _papers(act: Act, victim: str) -> Iterator[View]:
    columns = (Paper.code, Paper.subject_code, Paper.printed_at)
    query = select(*columns).where(Paper.victim_id == person_of(victim))
    for row in act.session.execute(query.order_by(Paper.printed_at, Paper.id)):
        yield row._asdict()


_PAPER: Final = Shape("printed_document", "code subject_code printed_at")
KINDS: Final = (Kind("impresos", "Documentos impresos", _papers, _PAPER, "person"),)
