"""The only list of the pages' slices."""

from app.edge.routing import Branch
from app.web.access import account, session
from app.web.accounts import pages as accounts
from app.web.accounts import requests as account_requests
from app.web.cases import moves as case_moves
from app.web.cases import pages as cases
from app.web.cases import team as case_team
from app.web.catalogues import pages as catalogues
from app.web.clocks import pages as clocks
from app.web.commands import pages as commands
from app.web.consents import objections
from app.web.consents import pages as consents
from app.web.data_requests import pages as data_requests
from app.web.deliveries import pages as deliveries
from app.web.directory import pages as directory
from app.web.evidence import pages as documents
from app.web.help import pages as help_pages
from app.web.indicators import pages as indicators
from app.web.institutions import units
from app.web.kit import static
from app.web.matching import candidates
from app.web.notes import pages as notes
from app.web.outbox import pages as outbox
from app.web.plans import routes as plan_routes
from app.web.printing import verification
from app.web.proceedings import pages as proceedings
from app.web.proceedings import procedures, prosecution, protection
from app.web.quality import pages as quality
from app.web.reference import pages as reference
from app.web.referrals import new as referral_new
from app.web.referrals import pages as referrals
from app.web.releases import pages as releases
from app.web.satisfaction import pages as satisfaction
from app.web.shelters import pages as shelters
from app.web.shelters import placements, vacancies
from app.web.supervision import pages as supervision
from app.web.victims import family, history, new_record, record, record_edit, registration
from app.web.work import pages as work

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
