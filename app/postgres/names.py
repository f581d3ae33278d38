"""Names of the database, its roles and its superuser, fixed for every installation."""

from typing import Final

SUPERUSER: Final = "postgres"
DATABASE: Final = "ruv"

OWNER: Final = "ruv_owner"
APP: Final = "ruv_app"
SEALER: Final = "ruv_sealer"
REPORT: Final = "ruv_report"
RELEASE: Final = "ruv_release"

#: owner (migrations), app (no DDL), sealer (audit sealing), report (clear columns),
#: release (stored releases).
ROLES: Final = (OWNER, APP, SEALER, REPORT, RELEASE)

GUARD: Final = "ruv_guard"
"""Owns the functions that look past row-level security; nobody logs in as it, only the owner becomes it."""
