"""The consent on paper: what she allows, to whom, until when, and that she may withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.standing import standing
from app.errors import NotFound
from app.records import COMPARTMENTS
from app.services.cases.rows import public_codes
from app.services.consents import queries
from app.services.printing.issuing import Issue, full_name
from app.services.printing.queries import paper_units
from app.services.printing.sheet import UNKNOWN, Section, Sheet, Signer, shown_date
from app.services.printing.words import fields_of
from app.states import PaperKind

_NOTICE: Final = (
    "Este documento se lee en voz alta, en la lengua de la persona, antes de firmarlo. Nadie condiciona la "
    "atención a que consienta."
)
_RIGHTS: Final = (
    "La persona puede retirar este consentimiento cuando quiera, sin dar razones y sin perder la atención.",
    "Al retirarlo termina lo que se compartía por él. Lo que otra entidad ya leyó no se puede deshacer.",
    "Puede pedir acceso a sus datos, su rectificación, su cancelación y oponerse a su uso (Ley 29733).",
)
_GIVER: Final = (
    "given_by backed_by representative_name representative_relation representative_document witness notes "
    "language interpreter form text_version"
)


def consent_issue(act: Act, code: str, *, names: bool) -> Issue:
    """A consent of the ledger to be printed, as far as the caller reads it.

    Raises:
        NotFound: no such consent, or out of scope.
        Forbidden: the role reads no consents, or may not print her name.
    """
    found = queries.read(act, code)
    ref = queries.find(act, code).ref
    stand = standing(act, ref.victim_id)
    if stand is None:
        raise NotFound
    codes = public_codes(act, [ref.case_id]).get(ref.case_id, {})
    who = [("Persona", codes.get("victim") or UNKNOWN), ("Caso", codes.get("case") or UNKNOWN)]
    if names:
        who.append(("Nombre", full_name(act, ref.victim_id, stand)))
    sheet = Sheet(
        title="Consentimiento informado",
        subject=found["code"],
        sections=[
            Section("Quién consiente", [*who, *_giver(found)]),
            Section("Qué permite", _allowed(act.session, found)),
            Section("Sus derechos", paragraphs=_RIGHTS),
        ],
        signatures=_signers(found),
        notice=_NOTICE,
    )
    return Issue(PaperKind.CONSENT, sheet, ref.strand, names=names)


def _giver(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    always = "given_by language interpreter form text_version"
    return fields_of("consent", found, _GIVER, always=always)


def _allowed(session: Session, found: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = paper_units(session, [unit["code"] or "" for unit in found["to_units"]])
    receivers = [names.get(unit["code"] or "", unit["name"]) for unit in found["to_units"]]
    receivers += [institution["name"] for institution in found["to_institutions"]]
    parts = [COMPARTMENTS[name].title_es for name in found["compartments"] or ()]
    return [
        ("Para qué", "; ".join(found["purpose_labels"])),
        ("Qué partes de su registro", ", ".join(parts) or "Ninguna"),
        ("A quiénes", ", ".join(receivers) or "A nadie más"),
        ("Vale desde", shown_date(found["valid_from"])),
        ("Vale hasta", shown_date(found["valid_until"]) if found["valid_until"] else "Que lo retire"),
        ("Estado", found["state_label"]),
    ]


def _signers(found: Mapping[str, Any]) -> list[Signer]:
    places = [Signer("Persona que consiente", fingerprint=True)]
    if found.get("representative_name") or found.get("backed_by"):
        places.append(Signer("Quien la representa", fingerprint=True))
    if found.get("witness"):
        places.append(Signer("Testigo"))
    return [*places, Signer("Profesional que explicó")]
