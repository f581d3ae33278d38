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
    commands,
    consents,
    data_requests,
    deliveries,
    directory,
    documents,
    family,
    help_pages,
    history,
    new_record,
    notes,
    objections,
    outbox,
    plan_routes,
    procedures,
    proceedings,
    prosecution,
    protection,
    record,
    record_edit,
    referral_new,
    referrals,
    registration,
    session,
    static,
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
    *(account, units, catalogues, accounts),
    *(help_pages,),
)
for part in PARTS:
    router.include_router(part.router)
