"""The only list of the pages' slices."""

from fastapi import APIRouter

from app.web import notes, procedures, proceedings, protection, session, static, work

router = APIRouter()
for part in (static, session, work, notes, proceedings, procedures, protection):
    router.include_router(part.router)
