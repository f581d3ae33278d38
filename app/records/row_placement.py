"""Where the fields of a row are written, for rows whose form has parts; the others are drawn as declared.

Each field stands in one place. What is `APART` is drawn by its page in words of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.records.placement import Section, section
from app.records.rows import row_fields

APART: Final = "apart"
WHOLE: Final = "whole"

ROWS: Final[Mapping[str, tuple[Section, ...]]] = {
    "case_proceeding": (
        section("first", "complaint_number file_number office next_hearing_on"),
        section("outcome", "sentence sentence_on reparation_ordered reparation_amount reparation_paid"),
        section("more", "legal_counsel notes"),
    ),
    "consent": (
        section("how", "language interpreter form witness valid_until"),
        section("more", "valid_from text_version notes"),
        section("who", "given_by backed_by"),
        section(
            "child",
            (
                "no_assent_reason representative_name representative_relation representative_document"
                " representative_suspected"
            ),
        ),
        section(APART, "purposes compartments to_units to_institutions"),
    ),
    "consent_event": (
        section("who", "by_whom representative_name representative_document representative_suspected"),
        section("always", "note"),
    ),
    "placement": (
        section("sheltered", "group belongings"),
        section("elsewhere", "actual_place place_text"),
        section("always", "notes"),
    ),
    "plan_activity": (
        section("written", "description due_on person_in_charge frequency indicator evidence_expected"),
        section(APART, "unit service"),
    ),
    "plan_assessment": (
        section("written", "domain assessed_on professional summary"),
        section(APART, "level"),
    ),
    "plan_follow_up": (section("written", "planned_on"), section(APART, "channel")),
    "plan_review": (
        section("written", "held_on participants opinion decisions next_review_on"),
        section(APART, "opinion_given"),
    ),
    "proceeding": (section("written", "department opened_on"), section(APART, "kind stage")),
    "protection_step": (
        section("consent", "consent"),
        section("suitable", "suitability suitability_on suitability_by"),
        section("reason", "reason"),
        section("always", "resolution note"),
    ),
}


def places(table: str) -> tuple[Section, ...]:
    """The places of a table's fields: its own, or one with all of them in order."""
    return ROWS.get(table) or (Section(WHOLE, tuple(row_fields(table))),)


def placed(table: str, *slugs: str) -> tuple[str, ...]:
    """Names of the fields that stand in these places of a table, in that order.

    Raises:
        KeyError: the table has no such place.
    """
    known = {place.slug: place.fields for place in places(table)}
    return tuple(name for slug in slugs for name in known[slug])
