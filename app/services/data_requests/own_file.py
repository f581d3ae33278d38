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
from app.errors import Forbidden, NotFound
from app.records import COMPARTMENTS, fields
from app.records.kinds import today
from app.services.cases.codes import IDENTIFICATION, STATES
from app.services.cases.rules import closed
from app.services.consents.queries import ledger
from app.services.consents.views import ConsentListedView
from app.services.data_requests.asking import check_asker
from app.services.data_requests.file_rows import plan_codes, referral_codes
from app.services.data_requests.own_plan import titles
from app.services.data_requests.own_rows import KINDS, Asking, Kind
from app.services.data_requests.queries import file_request
from app.services.data_requests.telling import Row, in_words, plain
from app.services.data_requests.views import (
    OwnCase,
    OwnConsent,
    OwnElsewhere,
    OwnFileView,
    OwnLook,
    OwnNote,
    OwnPart,
    OwnPlan,
    OwnReferral,
    OwnRows,
)
from app.services.notes.queries import all_read
from app.services.plans.queries import read as read_plan
from app.services.referrals.queries import read as read_referral
from app.services.victims.queries import access_log
from app.services.victims.queries import read as read_victim

PURPOSE: Final = "derechos-arco"
_LOOKS: Final = 500
_LOST: Final[Row] = [
    {
        "campo": "Aviso",
        "valor": "El resto de esta parte no se puede abrir: su sello está roto. Se avisó al Oficial de Datos "
        "Personales.",
    }
]
_LOST_TEXT: Final = "No se puede abrir: su sello está roto."
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
    cases = known["cases"]
    reserved = any(not closed(case["state"]) for case in cases)
    asking = Asking(
        act, known["code"], person.victim_id, [case["code"] for case in cases],
        _plan_codes(act, person.victim_id), reserved,
    )  # fmt: skip
    told, untold = _rows(asking)
    looks, hidden = _looks(act, victim_code, reserved=reserved)
    return {
        "persona": known["code"],
        "solicitud": asked.row.code,
        "fecha": today().isoformat(),
        "partes": _parts(known),
        "pedir_a": [*_elsewhere(known, reserved=reserved), *untold],
        "reservado": _reserved(told, hidden=hidden, reserved=reserved),
        "casos": [_case(case) for case in cases],
        "planes": _plans(asking),
        "derivaciones": _referrals(act, person.victim_id),
        "consentimientos": [_consent(row) for case in cases for row in ledger(act, case["code"])],
        "notas": [_note(row) for case in cases for row in all_read(act, case["code"])],
        "registros": told,
        "quien_miro": looks,
    }


def _rows(asking: Asking) -> tuple[list[OwnRows], list[OwnElsewhere]]:
    """Every kind of row that the unit reads, and those to be asked for elsewhere."""
    found: list[OwnRows] = []
    untold: list[OwnElsewhere] = []
    for kind in KINDS:
        rows, refused = _read(kind, asking)
        if refused:
            untold.append({"parte": kind.title, "unidad": None, "indicacion": _ELSEWHERE})
        if rows:
            found.append({"tipo": kind.key, "titulo": kind.title, "filas": rows})
    return found, untold


def _read(kind: Kind, asking: Asking) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    refused = False
    for piece in kind.pieces(asking):
        try:
            rows += list(kind.read(piece))
        except (Forbidden, NotFound):
            refused = True
    return rows, refused


def _reserved(told: list[OwnRows], *, hidden: int, reserved: bool) -> list[str]:
    """What is held back for now, in words."""
    if not reserved:
        return []
    held = [_TESTIMONY]
    if any(kind["tipo"] == "procesos" for kind in told):
        held.append(_STAGES)
    return [*held, _SOME_LOOKS] if hidden else held


def _parts(known: Mapping[str, Any]) -> list[OwnPart]:
    levels, data, broken = known["_access"], known["compartments"], known["_broken"]
    return [
        {
            "parte": model.title_es,
            "datos": in_words(fields(name), data.get(name, {})) + (_LOST if name in broken else []),
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


def _case(case: Mapping[str, Any]) -> OwnCase:
    return {
        "caso": case["code"],
        "estado": STATES[case["state"]],
        "desde": plain(case["state_since"]),
        "identificacion": IDENTIFICATION[case["identification"]],
        "identificada_el": plain(case["first_identified_on"]),
    }


def _plan_codes(act: Act, victim_id: int) -> list[str]:
    reads = policy().permits(act.actor.role, Permission.PLANS_READ)
    return plan_codes(act, victim_id) if reads else []


def _plans(asking: Asking) -> list[OwnPlan]:
    plans = [read_plan(asking.act, code) for code in asking.plans]
    domains = code_list("plan_domain").labels
    return [
        {
            "plan": plan["code"],
            "estado": plan["state_label"],
            "objetivos": [
                {
                    "area": domains.get(goal["domain"], goal["domain"]),
                    "en_sus_palabras": goal["wish"],
                    "meta": goal["goal"],
                }
                for goal in (plan["objectives"] if plan["view"] == "all" else ())
            ],
        }
        for plan in plans
    ]


def _referrals(act: Act, victim_id: int) -> list[OwnReferral]:
    codes = referral_codes(act, victim_id)
    return [
        {
            "derivacion": row["code"],
            "de": row["from_unit"]["name"],
            "a": row["to_unit"]["name"],
            "servicio": row["service_label"],
            "base_legal": row["legal_basis_label"],
            "se_compartio": titles(row["compartments"]),
            "estado": row["state_label"],
            "enviada": plain(row["sent_at"]),
            "respondida": plain(row["answered_at"]),
            "terminada": plain(row["ended_at"]),
        }
        for row in (read_referral(act, code) for code in codes)
    ]


def _consent(row: ConsentListedView) -> OwnConsent:
    return {
        "consentimiento": row["code"],
        "para": row["purpose_labels"],
        "partes": titles(row["compartments"]),
        "a": [one["name"] for one in (*row["to_units"], *row["to_institutions"])],
        "lo_dio": row["given_by_label"],
        "retirado": plain(row["ended_at"]),
        "estado": row["state_label"],
        "desde": plain(row["valid_from"]),
        "hasta": plain(row["valid_until"]),
    }


def _note(row: Mapping[str, Any]) -> OwnNote:
    return {
        "nota": row["code"],
        "fecha": plain(row["written_at"]),
        "unidad": row["unit"]["name"],
        "tema": row["about_label"],
        "tipo": row["kind_label"],
        "ocurrio": plain(row["happened_on"]),
        "dice": _LOST_TEXT if row["broken"] else row["text"],
        "aclaraciones": [_LOST_TEXT if one["broken"] else one["text"] for one in row["addenda"]],
    }


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
