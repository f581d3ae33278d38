"""What a route may ask for. Which role holds what is data: `data/roles.csv`."""

from enum import StrEnum


class Permission(StrEnum):
    """`resource:action`. A permission opens the door; scope and compartments decide what is behind it."""

    VICTIMS_READ = "victims:read"
    """Read persons in scope."""
    VICTIMS_REGISTER = "victims:register"
    """Register a person and probe for an exact document."""
    VICTIMS_WRITE = "victims:write"
    """Change compartments, within the matrix."""
    VICTIMS_ACCESS_LOG = "victims:access-log"
    """See who looked at a person in scope."""
    CASES_READ = "cases:read"
    CASES_TRANSITION = "cases:transition"
    CASES_IDENTIFY = "cases:identify"
    """Set the identification status (MPFN, sentence)."""
    PARTICIPATIONS_ADD = "participations:add"
    """Bring in another unit by legal mandate."""
    ASSIGNMENTS_WRITE = "assignments:write"
    REFERRALS_READ = "referrals:read"
    REFERRALS_SEND = "referrals:send"
    REFERRALS_ANSWER = "referrals:answer"
    PLACEMENTS_WRITE = "placements:write"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    """Draft, sign and close plans."""
    PLANS_PROGRESS = "plans:progress"
    """Advance one's own unit's activities."""
    PLANS_HAND_OVER = "plans:hand-over"
    """Order that another unit answers for a plan: who protects the person by law."""
    INDICATORS_READ = "indicators:read"
    INDICATORS_EXACT = "indicators:exact"
    """See live figures exact, as they are now (the secretariat's yearly report). No role holds it yet."""
    RELEASES_READ = "releases:read"
    RELEASES_PUBLISH = "releases:publish"
    AUDIT_READ = "audit:read"
    """Read the trace (data protection officer)."""
    ACCOUNTS_MANAGE = "accounts:manage"
    """Manage the accounts of one's own institution; what gives access takes a second person."""
    ACCOUNTS_APPROVE = "accounts:approve"
    """Be that second person, of another unit."""
    IMPORTS_RUN = "imports:run"
    """Load registers in bulk; that runs on the server's command line only."""
    CONSENTS_READ = "consents:read"
    """Read the consent ledger and the objections of a case in scope."""
    CONSENTS_WRITE = "consents:write"
    """Record consents, their withdrawal, and objections."""
    DATA_REQUESTS_READ = "data-requests:read"
    """Read requests of data subjects (ARCO) and their deadlines."""
    DATA_REQUESTS_WRITE = "data-requests:write"
    """Receive and answer requests of data subjects, and hand over the person's own file."""
    SHELTERS_READ = "shelters:read"
    """See vacancies by department and hold a place."""
    SHELTERS_MANAGE = "shelters:manage"
    """Keep the entry of one's own shelter in the registry of shelters."""
    DIRECTORY_MANAGE = "directory:manage"
    """Keep the service directory of one's own institution."""
    DIRECTORY_MANAGE_ALL = "directory:manage-all"
    """Keep the service directory of every institution (custody of the register)."""
    SATISFACTION_COLLECT = "satisfaction:collect"
    """Hand the shared device over for the satisfaction questions."""
    MATCHING_REVIEW = "matching:review"
    """Decide whether two records one sees are the same person."""
    MATCHING_STEWARD = "matching:steward"
    """Work the candidates of the whole register (custody of the register)."""
    COMMANDS_REQUEST = "commands:request"
    """Ask for what takes two people: merging, splitting, discarding."""
    COMMANDS_APPROVE = "commands:approve"
    """Be the second person, of another unit."""


RESERVED = frozenset(
    {
        Permission.ACCOUNTS_MANAGE,
        Permission.AUDIT_READ,
        Permission.RELEASES_PUBLISH,
        Permission.IMPORTS_RUN,
        Permission.INDICATORS_EXACT,
    }
)
"""Powers over the register as a whole, over accounts, to load in bulk, or to see exact figures: nobody gives
them alone."""
WATCHING = frozenset({Permission.ACCOUNTS_MANAGE, Permission.AUDIT_READ})
"""Who administers, and who watches those who administer: nobody takes these away alone either."""
