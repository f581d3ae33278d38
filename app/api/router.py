"""The only list of the API's slices."""

from fastapi import APIRouter

from app.api import (
    auth,
    cases,
    clocks,
    commands,
    deliveries,
    directory,
    evidence,
    family,
    identity_checks,
    indicators,
    matching,
    measures,
    notices,
    plan_records,
    plans,
    printing,
    procedures,
    proceedings,
    quality,
    referrals,
    releases,
    satisfaction,
    shelter_registry,
    shelters,
    supervision,
    victims,
)

router = APIRouter(prefix="/api/v1")
for part in (
    auth,
    printing,  # before the slices: their codes would take in the `.pdf`
    victims,
    identity_checks,
    cases,
    clocks,
    notices,
    deliveries,
    directory,
    procedures,
    measures,
    family,
    proceedings,
    commands,
    matching,
    referrals,
    shelters,
    shelter_registry,
    plan_records,
    plans,
    quality,
    supervision,
    evidence,
    satisfaction,
    indicators,
    releases,
):
    router.include_router(part.router)
