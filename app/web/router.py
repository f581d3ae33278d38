"""The only list of the pages' slices."""

from fastapi import APIRouter

from app.web import (
    account,
    accounts,
    catalogues,
    notes,
    outbox,
    procedures,
    proceedings,
    protection,
    session,
    static,
    units,
    work,
)

router = APIRouter()
for part in (
    static,
    session,
    outbox,
    work,
    notes,
    proceedings,
    procedures,
    protection,
    account,
    units,
    catalogues,
    accounts,
):
    router.include_router(part.router)
