"""Who speaks for the person: herself, who represents her, or the UPE; and whether that one is a suspect."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef
from app.access.opening import current_blob
from app.matching.normalise import given_words
from app.records.rows.consents import ConsentRow, DataRequestRow, WithdrawalRow
from app.services.cases.row_queries import openable, presumed_child
from app.services.consents import rules
from app.services.consents.queries import unit_kind
from app.services.victims.queries import shown_strand

_ENOUGH_WORDS = 2
Spoken = ConsentRow | WithdrawalRow | DataRequestRow
"""Rows in which somebody may speak in her name."""


def voice(session: Session, actor: Actor, ref: CaseRef, speaker: str | None, row: Spoken) -> rules.Voice:
    """Who speaks for the person of a case (`speaker`), and what is known of who represents her."""
    name, suspected = row.representative_name, row.representative_suspected
    if name is not None and _is_suspect(session, actor, ref, name):
        suspected = "SI"
    return rules.Voice(
        child=presumed_child(session, ref.victim_id, ref.case_id),
        upe=unit_kind(session, actor) == rules.UPE,
        given_by=speaker,
        backed_by=getattr(row, "backed_by", None),
        no_assent_reason=getattr(row, "no_assent_reason", None),
        named=name is not None,
        suspected=suspected,
    )


def _is_suspect(session: Session, actor: Actor, ref: CaseRef, name: str) -> bool:
    """Whether the record's contact data call somebody of this name suspected, whatever the form says.

    They are compared here and never shown; two words of a name in common are the same name.
    """
    strand = shown_strand(session, ref.victim_id, "contact")
    if strand is None or "contact" not in openable(session, actor, ref.victim_id):
        return False
    data = current_blob(session, actor, strand, "contact")
    known = [*(data.get("family") or ()), *filter(None, [data.get("emergency_contact")])]
    spoken = set(given_words(name))
    return any(
        person.get("suspected") == "SI" and _same_name(spoken, set(given_words(person.get("name") or "")))
        for person in known
    )


def compared(row: Spoken) -> list[str]:
    """What was opened to see whether the representative is a suspect, for the trace."""
    return ["contact"] if row.representative_name is not None else []


def _same_name(one: set[str], other: set[str]) -> bool:
    shared = one & other
    return bool(shared) and len(shared) >= min(len(one), len(other), _ENOUGH_WORDS)
