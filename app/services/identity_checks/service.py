"""Check a document with its issuer. Nothing of the answer is kept but how each field compares.

That a person is asked about is written down, and committed, before anything leaves this installation: a
question that was cut off was asked all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import check_writable, require, victim_in_scope
from app.access.opening import Opened, current_blob, open_compartments
from app.access.permissions import Permission
from app.access.policy import OPENING
from app.access.sealing import Strand
from app.audit import record
from app.db import Database
from app.errors import Conflict, refusal
from app.matching import Rarity, Verdict, compare, person_of
from app.records import Values, document_warnings
from app.services.identity_checks.pide import Answer, Outcome, Pide
from app.services.identity_checks.views import IdentityCheckView
from app.services.limits import check_hourly

PURPOSE = "verificacion"
ASK = "victims.identity-ask"
"""Action of the trace by which questions are counted."""
FIELDS = ("given_names", "first_surname", "second_surname")

_OFF = (
    "La consulta a la entidad emisora de este documento no está activada en esta instalación. "
    "Verifique con el documento a la vista; la administración puede activarla."
)
_RESERVED = (
    "Su identidad está en reserva, o usted no puede saberlo: "
    "preguntar por ella a otra entidad revelaría que se la busca. "
    "Verifique con el documento a la vista."
)
_MESSAGES = {
    Outcome.NOT_FOUND: "La entidad emisora no conoce este número o el documento no está vigente; revíselo.",
    Outcome.WITHHELD: "La entidad emisora no da datos de este documento: es de una persona menor de edad.",
}
_TOO_MANY = "Hizo demasiadas consultas en una hora. Espere, o verifique con el documento a la vista."
_SAME = "Coincide. Si está de acuerdo, anote el documento como verificado."
_OTHER = "No coincide todo: revise el número y los nombres antes de anotar nada."


@dataclass(frozen=True, slots=True)
class _Question:
    """A document to ask about, and the identity it stands in."""

    victim_id: int
    kind: str
    number: str
    issuer: str
    identity: Values


def check(
    database: Database, actor: Actor, code: str, place: int, pide: Pide | None, *, limit_per_hour: int
) -> IdentityCheckView:
    """Ask the issuer of a document whose it is, and compare. Changes nothing: it proposes.

    Args:
        place: position in `identity.documents`, from 0.
        pide: the platform; None where it is switched off.
        limit_per_hour: documents a user may ask about in an hour.

    Raises:
        Forbidden, NotFound: the actor does not write the identity of this person.
        Conflict: switched off, or the person's identity is under reserve, or the actor may not know whether.
        TooMany: the user's questions of this hour are used up.
        Invalid: there is no such document, or its number cannot be right.
        BadGateway, GatewayTimeout: the issuer gave no usable answer.
    """
    question = _question(database, actor, code, place, pide, limit_per_hour)
    assert pide is not None  # noqa: S101 - _question refuses without it
    answer = pide.look_up(question.kind, question.number)
    verdicts = _verdicts(question.identity, answer)
    detail = {"asked": question.issuer, "outcome": answer.outcome.value, "verdicts": verdicts}
    with database.session(actor) as session:
        record(
            Act(session, PURPOSE), "victims.identity-check", victim_id=question.victim_id,
            compartments=["identity"],
            fields=[f"identity.{name}" for name in verdicts], purpose=PURPOSE, detail=detail,
        )  # fmt: skip
    same = answer.outcome is Outcome.FOUND and _agrees(verdicts)
    return {
        "asked": question.issuer,
        "document": place,
        "outcome": answer.outcome.value,
        "fields": verdicts,
        "proposal": {"field": f"identity.documents.{place}.verified", "value": "SI"} if same else None,
        "message": _MESSAGES.get(answer.outcome, _SAME if same else _OTHER),
    }


def _question(
    database: Database, actor: Actor, code: str, place: int, pide: Pide | None, limit_per_hour: int
) -> _Question:
    """What to ask, once it is allowed and written down that it is asked."""
    with database.session(actor) as session:
        require(actor, Permission.VICTIMS_WRITE)
        act = Act(session, PURPOSE)
        ref = victim_in_scope(act, code)
        check_writable(actor, ref.standing, "identity", {"documents"})
        if pide is None:
            raise Conflict(_OFF)
        opened = open_compartments(act, ref.victim_id, ref.standing, names=("identity", "protection"))
        if _reserved(act, ref.victim_id, opened):
            raise Conflict(_RESERVED)
        identity = opened.known("identity")
        document = _document(identity, place)
        issuer = pide.issuer_of(document["type"])
        if issuer is None:
            raise Conflict(_OFF)
        check_hourly(act, ASK, limit_per_hour, _TOO_MANY)
        record(
            act, ASK, victim_id=ref.victim_id, compartments=["identity"],
            fields=["identity.documents"], purpose=PURPOSE, detail={"asked": issuer.name},
        )  # fmt: skip
        return _Question(ref.victim_id, document["type"], document["number"], issuer.name, identity)


def _reserved(act: Act, victim_id: int, opened: Opened) -> bool:
    """Whether her identity is under reserve, in any of her records; so it is where the actor may not know.

    Raises:
        BrokenSeal: what would say so does not open.
    """
    if opened.levels.get("protection") not in OPENING:
        return True
    opened.known("protection")
    parts = [
        current_blob(act, Strand(victim_id, record_id), name)
        for record_id, names in opened.not_shown.items()
        for name in names
    ]
    return any(
        part.get("reserved_identity") == "SI" or part.get("reserved_alias")
        for part in (*parts, *opened.data.values())
    )


def _document(identity: Mapping[str, Any], place: int) -> dict[str, str]:
    """The document at this place, with a type and a number that may be right.

    Raises:
        Invalid: there is none, or its number cannot be right: nothing is asked about it.
    """
    documents = identity.get("documents") or []
    if place >= len(documents):
        message = "No hay ese documento; la posición se cuenta desde 0."
        raise refusal("document", "out-of-range", message)
    document: dict[str, str] = documents[place]
    odd = [w for w in document_warnings(documents) if w["field"] == f"documents.{place}.number"]
    if not document.get("type") or not document.get("number") or odd:
        message = odd[0]["message"] if odd else "El documento necesita tipo y número."
        field = f"identity.documents.{place}.number"
        raise refusal(field, "number", message)
    return document


def _verdicts(identity: Mapping[str, Any], answer: Answer) -> dict[str, str]:
    if answer.outcome is not Outcome.FOUND:
        return {}
    legal = {name: identity.get(name) for name in FIELDS}  # neither aliases nor a social name
    told = compare(person_of(legal), person_of(answer.names), Rarity.public())
    return {name: told.fields[name].value for name in FIELDS}


def _agrees(verdicts: Mapping[str, str]) -> bool:
    """Names and first surname are the same; a second surname may be missing."""
    second = {Verdict.EQUAL.value, Verdict.MISSING.value}
    return all(verdicts[n] == Verdict.EQUAL for n in FIELDS[:2]) and verdicts[FIELDS[2]] in second
