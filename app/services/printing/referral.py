"""The letter of a referral: neutral where the receiver is outside the network of protection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.access.act import Act
from app.errors import Forbidden
from app.records import COMPARTMENTS
from app.services.cases.rows import strand_of
from app.services.printing.issuing import Issue
from app.services.printing.queries import institution_of, paper_units, unit_kind
from app.services.printing.sheet import (
    NEUTRAL,
    REGISTER,
    UNKNOWN,
    Section,
    Sheet,
    Signer,
    paragraphs,
    shown_date,
)
from app.services.referrals import queries, rules
from app.states import PaperKind

_NEUTRAL_NOTICE: Final = (
    "Se solicita el servicio para una persona en protección especial. No corresponde preguntarle por los "
    "hechos ni dejar copia de esta carta a la vista."
)
_NOTICE: Final = "Documento reservado (Ley 29733). No corresponde volver a preguntar por los hechos."

_LOST: Final = "No se puede abrir: el sello está roto. Pídalo a quien lo escribió."


def referral_issue(act: Act, code: str) -> Issue:
    """The letter of a referral, as far as the caller reads it; the person is named by her code alone.

    Raises:
        NotFound: no such referral, or the actor may not see it.
        Forbidden: the actor does not take part in the case.
    """
    letter = queries.read(act, code)
    found = queries.find(act, code)
    if not found.in_scope:
        raise Forbidden("Su unidad todavía no participa en el caso: acepte la derivación o pida la carta.")
    outside = unit_kind(act.session, found.row.to_unit_id) not in rules.NETWORK_KINDS
    names = paper_units(act.session, {letter[side]["code"] or "" for side in ("from_unit", "to_unit")})
    # The name of a unit may name the crime (a prosecution of trafficking): its institution's does not.
    if outside and (institution := institution_of(act.session, found.row.from_unit_id)):
        names[letter["from_unit"]["code"] or ""] = institution
    sheet = Sheet(
        title="Carta de derivación",
        subject=letter["code"],
        sections=[Section("Derivación", _pairs(letter, names, outside=outside)), *_texts(letter)],
        signatures=[Signer("Profesional que deriva"), Signer("Recibido por (nombre, cargo y sello)")],
        notice=_NEUTRAL_NOTICE if outside else _NOTICE,
    )
    strand = strand_of(act.session, found.row.victim_id, found.row.case_id)
    return Issue(PaperKind.REFERRAL, sheet, strand, letterhead=NEUTRAL if outside else REGISTER)


def _pairs(letter: Mapping[str, Any], names: Mapping[str, str], *, outside: bool) -> list[tuple[str, str]]:
    reason = rules.PROTECTED_REASON if outside else letter["reason"]
    pairs = [
        ("De", _unit(letter["from_unit"], names)),
        ("Para", _unit(letter["to_unit"], names)),
        ("Persona (código)", letter.get("victim") or UNKNOWN),
        ("Servicio que se solicita", letter["service_label"]),
        ("Motivo", rules.REASONS.get(reason, reason)),
        ("Base legal", rules.basis_label(letter["legal_basis"], reason)),
        ("Urgente", "Sí" if letter["urgent"] else "No"),
        ("Enviada", shown_date(letter["sent_at"])),
        ("Responder hasta", _until(letter)),
    ]
    if not outside:
        parts = [COMPARTMENTS[name].title_es for name in letter["compartments"]]
        pairs.append(("Partes del registro que se comparten", ", ".join(parts) or "Ninguna"))
    return pairs


def _until(letter: Mapping[str, Any]) -> str:
    day, hour = shown_date(letter["due_on"]), letter["due_time"]
    return f"{day} {hour} (hora de Lima)" if hour else f"{day}, todo el día"


def _unit(unit: Mapping[str, str | None], names: Mapping[str, str]) -> str:
    return names.get(unit["code"] or "", unit["name"] or UNKNOWN)


def _texts(letter: Mapping[str, Any]) -> list[Section]:
    lost = dict.fromkeys(letter.get("broken", ()), _LOST)
    found = (("Mensaje", "message"), ("Condiciones", "conditions"))
    texts = [(title, lost.get(name) or letter.get(name)) for title, name in found]
    return [Section(title, paragraphs=paragraphs(text)) for title, text in texts if text]
