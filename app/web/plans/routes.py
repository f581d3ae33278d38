"""Every route of the plan's pages."""

from app.edge.routing import Branch
from app.web.plans import (
    activities,
    assessing,
    contacts,
    editing,
    files,
    handing,
    pages,
    reviewing,
    signing,
)

router = Branch()
for part in (pages, editing, activities, assessing, reviewing, signing, files, contacts, handing):
    router.include_router(part.router)
