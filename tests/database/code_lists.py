"""Which list of the application each list of codes in the database is, and where the two differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import CheckConstraint, Connection, Table

from app.access import mandates
from app.catalogues import code_list
from app.models import Base
from app.services.access import preferences
from app.services.accounts import requests as account_requests
from app.services.clocks import queries as clocks
from app.services.clocks.catalogue import kinds
from app.services.commands import command
from app.services.consents import rules as consents
from app.services.directory import entries
from app.services.evidence import images
from app.services.evidence import queries as evidence
from app.services.matching import review
from app.services.participations import teams
from app.services.printing import issuing
from app.services.referrals import rules as referrals
from app.services.releases import artefacts
from app.states import Audience, ClockState, DeliveryState, MediaType
from app.web.matching import candidates

# Columns whose list is no catalogue (the others say so by `listed`) -> what the application knows them by.
SOURCES: dict[str, Collection[str]] = {
    "account_notice.audience": (Audience.HEADS, Audience.OVERSEERS),
    "account_request.kind": account_requests.KINDS,
    "account_request.state": command.STATES,
    "clock.effect": {kind.effect for kind in kinds().values() if kind.effect},
    "clock.state": {*clocks.STATES, ClockState.MET, ClockState.CANCELLED},
    "command_request.kind": command.KINDS,
    "command_request.state": command.STATES,
    "consent_event.kind": {step.target for step in consents.MACHINE.transitions},
    "directory_location.kind": entries.KINDS,
    "directory_service.status": entries.STATUSES,
    "evidence_file.media_type": {*images.MEDIA_TYPES.values(), MediaType.PDF},
    "evidence_file.state": evidence.STATES,
    "mandate.ends_with": mandates.ENDINGS,
    "mandate.population": mandates.POPULATIONS,
    "match_candidate.origin": candidates.ORIGINS,
    "match_candidate.state": review.STATES,
    "participation.basis": teams.BASES,
    "printed_document.kind": issuing.KINDS,
    "referral.state": referrals.STATES,
    "release.artefact.format": artefacts.MEDIA_TYPES,
    "service_delivery.state": (DeliveryState.IN_FORCE, DeliveryState.VOID),
    "user_preference.language": preferences.LANGUAGES,
    "user_preference.text_size": preferences.TEXT_SIZES,
}

_CHECKS = """
SELECT k.conrelid::regclass::text, k.conname, cardinality(k.conkey) = 1 AND k.convalidated,
       pg_get_constraintdef(k.oid, true)
FROM pg_constraint k
WHERE k.contype = 'c' AND k.connamespace::regnamespace::text !~ '^(pg_catalog|information_schema|jobs)$'
ORDER BY 1, 2
"""
_LIST = re.compile(r"^CHECK \((\w+) = (?:ANY \(ARRAY\[([^\]]*)\]\)|('(?:[^']|'')*'::text))\)$")
_SOME = re.compile(r"(\w+) (?:= ANY|<> ALL) \(ARRAY\[([^\]]*)\]\)|(\w+) (?:=|<>) ('(?:[^']|'')*'::text)")


def differences(connection: Connection, sources: Mapping[str, Collection[str]]) -> list[str]:
    """Lists of codes in the database that are not the application's, or of which nobody says what they are.

    Args:
        sources: the application's list by `table.column`, for columns whose list is no catalogue.
    """
    models = dict(_model_lists())
    known = {**{column: code_list(name).codes for column, (_, name) in models.items() if name}, **sources}
    found, seen = [], {}
    for table, name, alone, definition in connection.exec_driver_sql(_CHECKS):
        if (whole := _LIST.match(definition)) and alone:
            seen[f"{table}.{whole[1]}"] = set(_quoted(whole[2] or whole[3]))
        else:
            found += _unknown(table, name, definition, known)
    for column in sorted({*seen, *known, *models}):
        there, wanted = seen.get(column, set()), known.get(column)
        if wanted is None:
            found.append(f"{column}: no source is declared")
        elif there != set(wanted):
            apart = sorted(str(code) for code in there ^ set(wanted))
            found.append(f"{column}: {apart} on one side only")
        elif column not in models or there != models[column][0]:
            found.append(f"{column}: the model says something else")
    return found


def _model_lists() -> Iterator[tuple[str, tuple[set[str], str | None]]]:
    """Columns of the models whose values are listed: codes, and the catalogue they are from, if any."""
    for table in Base.metadata.tables.values():
        for check in _checks(table):
            if whole := re.match(r"^(\w+) IN \(([^)]*)\)$", str(check.sqltext)):
                yield f"{table.fullname}.{whole[1]}", (set(_quoted(whole[2])), check.info.get("list"))


def _checks(table: Table) -> Iterable[CheckConstraint]:
    return [one for one in table.constraints if isinstance(one, CheckConstraint)]


def _unknown(table: str, name: str, definition: str, known: Mapping[str, Collection[str]]) -> list[str]:
    """Codes that a longer condition compares a listed column with, though its list does not have them."""
    return [
        f"{table}.{column}: {name} speaks of {code}"
        for many, codes, one, literal in _SOME.findall(definition)
        for column, code in ((many or one, code) for code in _quoted(codes or literal))
        if code not in known.get(f"{table}.{column}", [code])
    ]


def _quoted(sql: str) -> list[str]:
    return [code.replace("''", "'") for code in re.findall(r"'((?:[^']|'')*)'", sql)]
