"""The person's own file: what the register holds of her, in words, for her to take with her."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.access.act import Act
from app.access.guard import require, victim_in_scope
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.audit import record
from app.catalogues import code_list
from app.errors import BrokenSeal
from app.records import COMPARTMENTS, fields
from app.records.kinds import today
from app.services.cases.rules import closed
from app.services.data_requests.asking import check_asker
from app.services.data_requests.queries import file_request
from app.services.holdings.kinds import kinds
from app.services.holdings.views import OwnElsewhere, OwnFileView, OwnLook, OwnPart, OwnRows
from app.services.plans.told import codes_of
from app.services.rows.kinds import Asking, in_words
from app.services.rows.telling import UNREADABLE, plain, told
from app.services.rows.telling import in_words as fields_in_words
from app.services.victims.queries import access_log
from app.services.victims.queries import read as read_victim

_LOOKS: Final = 500
_LOST: Final = (
    "El resto de esta parte no se puede abrir: su sello está roto. Se avisó al Oficial de Datos Personales."
)
_WHY: Final = code_list("access_purpose").labels
_TESTIMONY: Final = (
    "Lo que declaró se reserva mientras dura la investigación: pídalo a la Fiscalía que lleva su caso."
)
_STAGES: Final = "La etapa y las diligencias de sus procesos se reservan mientras dura la investigación."
_SOME_LOOKS: Final = (
    "Algunas consultas a sus datos no se muestran: las de quienes investigan se reservan mientras su caso "
    "sigue abierto."
)
_ELSEWHERE: Final = "Pídalo a la unidad que lo escribió; si no sabe cuál es, al Oficial de Datos Personales."


def own_file(act: Act, victim_code: str, *, request: str) -> OwnFileView:
    """What the answering unit may read of a person, in Spanish words; the rest named, with whom to ask.

    Args:
        request: code of an open request of hers for access or portability that the actor's unit answers.

    Returns:
        A dictionary that can be written as JSON, parts and values in their order of reading.

    Raises:
        NotFound: the person is out of scope.
        Forbidden: the role answers no requests.
        Invalid: there is no such request (`request`).
        Conflict: who asked in her name was marked as suspected since.
    """
    require(act.actor, Permission.DATA_REQUESTS_WRITE)
    person = victim_in_scope(act, victim_code)
    asked = file_request(act, person.victim_id, request)
    if asked.ref is not None:
        check_asker(act, asked.ref, asked.row, "request")
    record(
        act, "victims.own-file", victim_id=person.victim_id, purpose=act.purpose,
        detail={"request": asked.row.code},
    )  # fmt: skip
    known = read_victim(act, victim_code)
    cases, victim = known["cases"], known["code"]
    reserved = any(not closed(case["state"]) for case in cases)
    asking = Asking(act, victim, [case["code"] for case in cases], codes_of(act, victim))
    rows, untold, held = _rows(asking, reserved=reserved)
    looks, hidden = _looks(act, victim_code, reserved=reserved)
    if reserved:
        held = [_TESTIMONY, *held, *([_SOME_LOOKS] if hidden else [])]
    return {
        "persona": victim,
        "solicitud": asked.row.code,
        "fecha": today().isoformat(),
        "partes": _parts(known),
        "pedir_a": [*_elsewhere(known, reserved=reserved), *untold],
        "reservado": held,
        "registros": rows,
        "quien_miro": looks,
    }


def _rows(asking: Asking, *, reserved: bool) -> tuple[list[OwnRows], list[OwnElsewhere], list[str]]:
    """Rows that the unit reads, kinds to be asked for elsewhere, and what is held back, in words."""
    found: list[OwnRows] = []
    untold: list[OwnElsewhere] = []
    held: list[str] = []
    for kind in kinds():
        try:
            views, refused = asking.found(kind)
        except BrokenSeal:  # it is told; she is given the rest
            found.append({"tipo": kind.key, "titulo": kind.title, "filas": [told(("Aviso", UNREADABLE))]})
            continue
        if refused:
            untold.append({"parte": kind.title, "unidad": None, "indicacion": _ELSEWHERE})
        if rows := list(in_words(kind, views, reserved=reserved)):
            found.append({"tipo": kind.key, "titulo": kind.title, "filas": rows})
            held += [_STAGES] if reserved and kind.shape.reserves else []
    return found, untold, held


def _parts(known: Mapping[str, Any]) -> list[OwnPart]:
    levels, data, broken = known["_access"], known["compartments"], known["_broken"]
    return [
        {
            "parte": model.title_es,
            "datos": fields_in_words(fields(name), data.get(name, {}))
            + (told(("Aviso", _LOST)) if name in broken else []),
        }
        for name, model in COMPARTMENTS.items()
        if levels.get(name) == Level.FULL.name.lower() and (data.get(name) or name in broken)
    ]


def _elsewhere(known: Mapping[str, Any], *, reserved: bool) -> list[OwnElsewhere]:
    """Parts that the answering unit does not read in full, and who wrote them, as far as it knows."""
    levels, filled = known["_access"], known["filled"]
    return [
        {
            "parte": model.title_es,
            "unidad": filled[name]["unit"] if name in filled else None,
            "indicacion": _TESTIMONY if reserved and name == "testimony" else _ELSEWHERE,
        }
        for name, model in COMPARTMENTS.items()
        if levels.get(name) not in {Level.FULL.name.lower(), Level.AGGREGATE.name.lower()}
    ]


def _looks(act: Act, victim_code: str, *, reserved: bool) -> tuple[list[OwnLook], int]:
    """Who looked and why, and how many looks are held back.

    Not who investigates, while a case is open (reserve, NCPP art. 324 [unverified]).
    """
    if not policy().permits(act.actor.role, Permission.VICTIMS_ACCESS_LOG):
        return [], 0
    hidden = {role.label for role in policy().roles.values() if role.investigates} if reserved else set()
    entries = access_log(act, victim_code, limit=_LOOKS)["items"]
    shown: list[OwnLook] = [
        {
            "cuando": plain(entry["at"]),
            "unidad": entry["unit"],
            "funcion": entry["role"],
            "que_hizo": entry["text"],
            "motivo": _WHY.get(entry["purpose"] or "", entry["purpose"]),
            "partes": entry["compartments"],
        }
        for entry in entries
        if entry["role"] not in hidden
    ]
    return shown, len(entries) - len(shown)
