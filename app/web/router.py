"""The only list of the pages' slices."""

from fastapi import APIRouter

from app.web import session, static, work

router = APIRouter()
for part in (static, session, work):
    router.include_router(part.router)
