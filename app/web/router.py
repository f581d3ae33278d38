"""The only list of the pages' slices."""

from app.edge.routing import Branch
from app.web import reference
from app.web.access import account, session
from app.web.accounts.pages import pages as accounts, requests as account_requests
from app.web.cases.pages import moves as case_moves, pages as cases, team as case_team
from app.web.catalogues.pages import pages as catalogues
from app.web.clocks.pages import pages as clocks
from app.web.commands.pages import pages as commands
from app.web.consents.pages import objections, pages as consents
from app.web.data_requests.pages import pages as data_requests
from app.web.deliveries.pages import pages as deliveries
from app.web.directory.pages import pages as directory
from app.web.evidence import pages as documents
from app.web.help import pages as help_pages
from app.web.indicators.pages import pages as indicators
from app.web.institutions import units
from app.web.kit import static
from app.web.matching import candidates
from app.web.notes.pages import pages as notes
from app.web.outbox.pages import pages as outbox
from app.web.plans.pages import routes as plan_routes
from app.web.printing import verification
from app.web.proceedings.pages import pages as proceedings, procedures, prosecution, protection
from app.web.quality.pages import pages as quality
from app.web.referrals.pages import new as referral_new, pages as referrals
from app.web.releases.pages import pages as releases
from app.web.satisfaction.pages import pages as satisfaction
from app.web.shelters.pages import pages as shelters, placements, vacancies
from app.web.supervision.pages import pages as supervision
from app.web.victims import family, history, new_record, record, record_edit, registration
from app.web.work.pages import pages as work

router = Branch()
PARTS = (
    *(static, session, outbox),
    *(work, cases, case_moves, case_team, record, record_edit, history, family),
    *(registration, new_record, candidates, commands),
    *(plan_routes,),
    *(notes,),
    *(referral_new, referrals, deliveries, directory),
    *(shelters, vacancies, placements),
    *(satisfaction,),
    *(proceedings, procedures, protection, prosecution),
    *(consents, objections, documents, data_requests, verification),
    *(supervision, clocks, quality, indicators, releases),
    *(account, units, catalogues, accounts, account_requests),
    *(help_pages, reference),
)
for part in PARTS:
    router.include_router(part.router)
