"""The kinds of row about a person: those that a slice reads in its own way, and every other one declared."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.models import Base
from app.records import rows
from app.services.cases import told as cases
from app.services.consents import told as consents
from app.services.data_requests import told as data_requests
from app.services.deliveries import told as deliveries
from app.services.evidence import told as evidence
from app.services.holdings.declared import kind_of
from app.services.notes import told as notes
from app.services.participations import told as participations
from app.services.plans import told as plans
from app.services.printing import told as printing
from app.services.proceedings import told as proceedings
from app.services.referrals import told as referrals
from app.services.rows.kinds import Kind
from app.services.shelters import told as shelters
from app.services.victims import told as victims

READ_BY_SLICES: Final[tuple[Kind, ...]] = tuple(
    kind
    for part in (
        *(cases, participations, notes, deliveries, referrals, shelters, proceedings, victims, consents),
        *(data_requests, plans, evidence, printing),
    )
    for kind in part.KINDS
)
"""Kinds of row of which a slice decides how they are read and told, in the order of reading."""
IN_OTHER_PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "victim_code": "persona",
        "victim_blob": "partes",
        "compartment_head": "partes",
        "profile": "partes",
        "exploitation": "partes",
        "audit_event": "quien_miro",
    }
)
"""Tables about a person that are no rows of these kinds: the part of her file that tells of them."""
LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "assignment": "Names workers; of her it says only that their unit takes part, which is told.",
        "clock": "Deadlines reckoned from rows that are told.",
        "command_request": "May name another person; what was decided is among the steps of her case.",
        "evidence_chunk": "The bytes of files that are listed; she is given the files themselves.",
        "import_row": "A keyed digest of a row of a file, read only by who loads files; no value of hers.",
        "match_candidate": "Says that another person is registered.",
        "notice": "Messages among units about rows that are told; codes only.",
        "plan_handover": "Between which units her plan went, some reserved; who answers for it is told.",
        "victim_key": "Wrapped keys of what is told.",
        "victim_token": "Keyed digests of what is told, by which she is found.",
    }
)
"""Tables with rows about a person of which nothing is told to her, and why."""


def kinds() -> tuple[Kind, ...]:
    """Every kind of row about a person: those that slices read, then the others declared in `app.records`."""
    known = {table for kind in READ_BY_SLICES for table in kind.tables} | set(LEFT_OUT)
    others = [row for row in rows.ROWS.values() if row.table not in known and _about_her(row.table)]
    return (*READ_BY_SLICES, *map(kind_of, others))


def _about_her(table: str) -> bool:
    return "victim_id" in Base.metadata.tables[table].c
