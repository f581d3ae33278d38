"""The only list of the API's slices."""

from fastapi import APIRouter

from app.api import victims

router = APIRouter(prefix="/api/v1")
for part in (victims,):
    router.include_router(part.router)
