"""Record that a document is printed, and give it the code and hash by which the paper can be verified."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from app.access.act import Act
from app.access.opening import open_compartments
from app.access.policy import Level
from app.access.sealing import Strand
from app.access.standing import Standing
from app.audit import record
from app.codes import new_code
from app.db import insert_rows, next_ids, vault_of
from app.errors import Forbidden
from app.models import PrintedDocument
from app.services.printing.queries import institution_of, printer
from app.services.printing.sheet import NEUTRAL, REGISTER, Letterhead, Paper, Print, Sheet, shown_moment
from app.states import PaperKind

KINDS: Final[Mapping[str, str]] = {
    PaperKind.PLAN: "Plan de reintegración individual",
    PaperKind.CONSENT: "Consentimiento informado",
    PaperKind.REFERRAL: "Derivación",
    PaperKind.OWN_FILE: "Expediente de la persona",
}
HASH_BYTES: Final = 16
"""How much of the hash the paper shows."""
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Issue:
    """What is printed of whom, and whether it says her name."""

    kind: str
    sheet: Sheet
    strand: Strand
    names: bool = False
    letterhead: Letterhead = REGISTER


def issue(act: Act, wanted: Issue) -> Print:
    """Record a print and return what is to be drawn, after the session is closed.

    The hash is keyed (HMAC-SHA-256): who reads the table cannot guess a short document by it.

    Raises:
        Unavailable: the trace cannot be written.
    """
    code = new_code("DI")
    content = json.dumps(
        {"code": code, **asdict(wanted.sheet)}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    digest = hmac.digest(vault_of(act.session).secret("digest"), content.encode(), "sha256")
    row = {
        "id": next_ids(act.session, printed_document=1)["printed_document"][0],
        **wanted.strand._asdict(),
        "code": code,
        "kind": wanted.kind,
        "subject_code": wanted.sheet.subject,
        "names": wanted.names,
        "content_hash": digest,
        "by_user_id": act.actor.user_id,
        "by_unit_id": act.actor.unit_id,
    }
    insert_rows(act.session, PrintedDocument, [row])
    record(
        act, "documents.print", victim_id=wanted.strand.victim_id, purpose=act.purpose,
        detail={
            "document": code, "kind": wanted.kind, "subject": wanted.sheet.subject, "names": wanted.names,
        },
    )  # fmt: skip
    who, unit = printer(act)
    if wanted.letterhead is NEUTRAL:
        unit = institution_of(act.session, act.actor.unit_id) or unit
    paper = Paper(
        code=code,
        kind=KINDS[wanted.kind],
        hash=grouped(digest[:HASH_BYTES].hex()),
        printed=f"Impreso el {shown_moment(datetime.now(UTC))} (hora de Lima) por {who}, {unit}",
        verify=(
            "Quien recibe este papel puede comprobar con el código y la huella que es auténtico, en la "
            "verificación del sistema (/verificar). La respuesta dice qué documento es y cuándo se "
            "imprimió, nunca de quién. Guárdelo bajo llave y destrúyalo cuando ya no sirva."
        ),
    )
    return Print(wanted.sheet, paper, wanted.letterhead)


def grouped(digits: str) -> str:
    """Hexadecimal digits in groups of four, to be read aloud and typed."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def full_name(act: Act, victim_id: int, stand: Standing) -> str:
    """The person's name, for a paper that says it; its reading is recorded.

    Raises:
        Forbidden: the role does not read identity in full, for this person.
        BrokenSeal: it does not open.
    """
    if stand.level(act.actor, "identity") is not Level.FULL:
        raise Forbidden("Su función no lee la identidad completa: imprima el documento con códigos.")
    opened = open_compartments(act, victim_id, stand, action="victims.read", names=["identity"])
    known = opened.known("identity")
    parts = (known.get(name) for name in ("given_names", "first_surname", "second_surname"))
    return " ".join(part for part in parts if part) or "Sin nombre registrado"
