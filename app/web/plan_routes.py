"""Every route of the plan's pages."""

from app.edge.routing import Branch
from app.web import (
    plan_activities,
    plan_assessing,
    plan_contacts,
    plan_editing,
    plan_files,
    plan_handing,
    plan_reviewing,
    plan_signing,
    plans,
)

router = Branch()
for part in (
    plans,
    plan_editing,
    plan_activities,
    plan_assessing,
    plan_reviewing,
    plan_signing,
    plan_files,
    plan_contacts,
    plan_handing,
):
    router.include_router(part.router)
