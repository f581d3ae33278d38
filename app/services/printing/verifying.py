"""Whether a paper is genuine: by its code and hash together; the answer says nothing of anybody."""

from __future__ import annotations

from app.access.actor import VERIFIER
from app.codes import parse_code
from app.db import Database
from app.errors import Invalid, wrong
from app.records.errors import FieldError
from app.services.limits import PerMinute
from app.services.printing.issuing import HASH_BYTES, KINDS
from app.services.printing.queries import verified
from app.services.printing.views import Verification

VERIFICATIONS = PerMinute(30)
"""How often one address may ask."""
GENUINE = "El documento es auténtico: su código y su huella corresponden a una impresión del sistema."
NOT_GENUINE = (
    "El código y la huella no corresponden a ningún documento. Revise que estén bien copiados; si lo están, "
    "no confíe en el papel."
)


def verify(database: Database, code: str, digits: str, address: str) -> Verification:
    """What kind of document it is and on which day it was printed, if code and hash belong together.

    Args:
        address: who asks, by network address.

    Raises:
        TooMany: the address asked too often in this minute.
        Invalid: the code or the hash is not written as on the paper.
    """
    VERIFICATIONS.check(address, "Demasiadas comprobaciones. Espere un minuto.")
    errors: list[FieldError] = []
    try:
        paper = parse_code(code, "DI")
    except ValueError:
        paper = ""
        errors.append(wrong("code", "malformed", "Copie el código completo, como DI-XXXX-XXXX-XXXX."))
    prefix = _bytes(digits)
    if prefix is None:
        errors.append(wrong("hash", "malformed", f"Copie los {HASH_BYTES * 2} signos de la huella."))
    if errors or prefix is None:
        raise Invalid("Revise lo que copió del papel.", errors=errors)
    with database.session(VERIFIER) as session:
        row = verified(session, paper, prefix)
    if row is None:
        return {"genuine": False, "message": NOT_GENUINE}
    return {
        "genuine": True,
        "message": GENUINE,
        "kind": row.kind,
        "kind_label": KINDS[row.kind],
        "printed_on": row.printed_on,
    }


def _bytes(digits: str) -> bytes | None:
    bare = "".join(digits.replace("-", " ").split())
    try:
        found = bytes.fromhex(bare)
    except ValueError:
        return None
    return found if len(found) == HASH_BYTES else None
