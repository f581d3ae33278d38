"""The only list of the pages' slices."""

from fastapi import APIRouter

from app.web import (
    account,
    accounts,
    candidates,
    case_moves,
    case_team,
    cases,
    catalogues,
    clocks,
    commands,
    consents,
    data_requests,
    deliveries,
    directory,
    documents,
    family,
    help_pages,
    history,
    indicators,
    new_record,
    notes,
    objections,
    outbox,
    plan_routes,
    procedures,
    proceedings,
    prosecution,
    protection,
    quality,
    record,
    record_edit,
    referral_new,
    referrals,
    registration,
    releases,
    session,
    static,
    supervision,
    units,
    verification,
    work,
)

router = APIRouter()
PARTS = (
    *(static, session, outbox),
    *(work, cases, case_moves, case_team, record, record_edit, history, family),
    *(registration, new_record, candidates, commands),
    *(plan_routes,),
    *(notes,),
    *(referral_new, referrals, deliveries, directory),
    *(proceedings, procedures, protection, prosecution),
    *(consents, objections, documents, data_requests, verification),
    *(supervision, clocks, quality, indicators, releases),
    *(account, units, catalogues, accounts),
    *(help_pages,),
)
for part in PARTS:
    router.include_router(part.router)
