"""Who speaks for the person: herself, who represents her, or the UPE; and whether that one is a suspect."""

from __future__ import annotations

from app.access.act import Act
from app.access.guard import CaseRef
from app.access.opening_rows import SealedRow, open_rows
from app.access.sealing import COORDINATION
from app.errors import refusal
from app.records.rows.consents import ConsentRow, DataRequestRow, WithdrawalRow
from app.services.cases.rows import presumed_child
from app.services.consents import rules
from app.services.consents.queries import find
from app.services.institutions.kinds import unit_kind
from app.services.victims.suspects import Adult, Verdict, verdict
from app.states import ConsentGiver

Spoken = ConsentRow | WithdrawalRow | DataRequestRow
"""Rows in which somebody may speak in her name."""


def voice(act: Act, ref: CaseRef, speaker: str | None, row: Spoken) -> rules.Voice:
    """Who speaks for the person of a case (`speaker`), and what is known of who represents her.

    The record is asked whatever the form says, and cannot clear whom the form names as suspected.
    """
    name, suspected = row.representative_name, row.representative_suspected
    if name is not None:
        relation = getattr(row, "representative_relation", None) or ""
        adult = Adult(name, row.representative_document, relation)
        found = verdict(act, ref.victim_id, adult)
        suspected = {Verdict.SUSPECTED: "SI", Verdict.UNSEEN: "NO_SABE"}.get(found, suspected)
    return rules.Voice(
        child=presumed_child(act.session, ref.victim_id, ref.case_id),
        upe=unit_kind(act) == rules.UPE,
        given_by=speaker,
        backed_by=getattr(row, "backed_by", None),
        no_assent_reason=getattr(row, "no_assent_reason", None),
        named=name is not None,
        suspected=suspected,
    )


def check_backer(act: Act, ref: CaseRef, code: str) -> None:
    """Let nothing more be shared on a consent of a child whose representative was marked as suspected since.

    Raises:
        NotFound: no such consent in scope.
        Invalid: the representative is or may be marked now; the field is `consent`.
    """
    row = find(act, code).row
    if row.backed_by != ConsentGiver.REPRESENTATIVE:
        return
    (texts,) = open_rows(
        act, COORDINATION, ref.strand, "consent", [SealedRow(row.id, row.key_version, row.sealed)],
        action="consents.read",
    )  # fmt: skip
    names = ("representative_name", "representative_document", "representative_relation")
    name, document, relation = (texts.get(field) for field in names)
    if verdict(act, ref.victim_id, Adult(name, document, relation or "")) is Verdict.SUSPECTED:
        message = (
            "Quien respaldó ese consentimiento está señalada ahora como sospechosa, o puede serlo: pida "
            "uno nuevo con el respaldo de la UPE, o comparta con otra base legal."
        )
        raise refusal("consent", "suspect-representative", message)
