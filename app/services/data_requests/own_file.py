"""The person's own file: what the register holds of her, in words, for her to take with her."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require, victim_in_scope
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.audit import record
from app.catalogues import code_list
from app.records import COMPARTMENTS, fields
from app.records.kinds import today
from app.records.registry import FieldSpec
from app.services.cases.codes import IDENTIFICATION, STATES
from app.services.cases.rules import closed
from app.services.consents.queries import ledger
from app.services.data_requests.asking import check_asker
from app.services.data_requests.file_queries import plan_codes, referral_codes
from app.services.data_requests.queries import file_request
from app.services.notes.queries import all_read
from app.services.plans.queries import read as read_plan
from app.services.referrals.queries import read as read_referral
from app.services.victims.queries import access_log
from app.services.victims.queries import read as read_victim

PURPOSE: Final = "derechos-arco"
_LOOKS: Final = 500
_ELSEWHERE: Final = "Pídalo a la unidad que lo escribió; si no sabe cuál es, al Oficial de Datos Personales."


def own_file(
    session: Session, actor: Actor, victim_code: str, *, request: str, purpose: str = PURPOSE
) -> dict[str, Any]:
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
    require(actor, Permission.DATA_REQUESTS_WRITE)
    person = victim_in_scope(session, actor, victim_code)
    asked = file_request(session, actor, person.victim_id, request)
    if asked.ref is not None:
        check_asker(session, actor, asked.ref, asked.row, "request")
    record(
        session, actor, "victims.own-file", victim_id=person.victim_id, purpose=purpose,
        detail={"request": asked.row.code},
    )  # fmt: skip
    known = read_victim(session, actor, victim_code, purpose=purpose)
    cases = known["cases"]
    reserved = any(not closed(case["state"]) for case in cases)
    return {
        "persona": known["code"],
        "solicitud": asked.row.code,
        "fecha": today().isoformat(),
        "partes": _parts(known),
        "pedir_a": _elsewhere(known),
        "casos": [_case(case) for case in cases],
        "planes": _plans(session, actor, person.victim_id, purpose),
        "derivaciones": _referrals(session, actor, person.victim_id, purpose),
        "consentimientos": [_consent(row) for case in cases for row in ledger(session, actor, case["code"])],
        "notas": [
            _note(row) for case in cases for row in all_read(session, actor, case["code"], purpose=purpose)
        ],
        "quien_miro": _looks(session, actor, victim_code, reserved=reserved),
    }


def in_words(specs: Mapping[str, FieldSpec], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Values by the labels of their fields, codes by those of their lists; the unknown is left out."""
    return [
        {"campo": spec.label, "valor": _value(spec, data[name])}
        for name, spec in specs.items()
        if data.get(name) is not None
    ]


def _value(spec: FieldSpec, value: Any) -> Any:
    if spec.inner:
        return [in_words(spec.inner, item) for item in (value if isinstance(value, list) else [value])]
    if isinstance(value, list):
        return [_word(spec, item) for item in value]
    return _word(spec, value)


def _word(spec: FieldSpec, value: Any) -> Any:
    if spec.spec.codes is not None:
        return code_list(spec.spec.codes).labels.get(value, value)
    return {True: "Sí", False: "No"}[value] if isinstance(value, bool) else _plain(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _parts(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    levels, data = known["_access"], known["compartments"]
    return [
        {"parte": model.title_es, "datos": in_words(fields(name), data[name])}
        for name, model in COMPARTMENTS.items()
        if levels.get(name) == Level.FULL.name.lower() and data.get(name)
    ]


def _elsewhere(known: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Parts that the answering unit does not read in full, and who wrote them, as far as it knows."""
    levels, filled = known["_access"], known["filled"]
    return [
        {
            "parte": model.title_es,
            "unidad": filled[name]["unit"] if name in filled else None,
            "indicacion": _ELSEWHERE,
        }
        for name, model in COMPARTMENTS.items()
        if levels.get(name) not in {Level.FULL.name.lower(), Level.AGGREGATE.name.lower()}
    ]


def _case(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "caso": case["code"],
        "estado": STATES[case["state"]],
        "desde": _plain(case["state_since"]),
        "identificacion": IDENTIFICATION[case["identification"]],
        "identificada_el": _plain(case["first_identified_on"]),
    }


def _plans(session: Session, actor: Actor, victim_id: int, purpose: str) -> list[dict[str, Any]]:
    if not policy().permits(actor.role, Permission.PLANS_READ):
        return []
    plans = [
        read_plan(session, actor, code, purpose=purpose) for code in plan_codes(session, actor, victim_id)
    ]
    domains = code_list("plan_domain").labels
    return [
        {
            "plan": plan["code"],
            "estado": plan["state_label"],
            "objetivos": [
                {
                    "area": domains.get(goal["domain"], goal["domain"]),
                    "en_sus_palabras": goal.get("wish"),
                    "meta": goal.get("goal"),
                }
                for goal in plan.get("objectives", ())
            ],
        }
        for plan in plans
    ]


def _referrals(session: Session, actor: Actor, victim_id: int, purpose: str) -> list[dict[str, Any]]:
    codes = referral_codes(session, actor, victim_id)
    return [
        {
            "derivacion": row["code"],
            "de": row["from_unit"]["name"],
            "a": row["to_unit"]["name"],
            "servicio": row["service_label"],
            "base_legal": row["legal_basis_label"],
            "se_compartio": _titles(row["compartments"]),
            "estado": row["state_label"],
            "enviada": _plain(row["sent_at"]),
        }
        for row in (read_referral(session, actor, code, purpose=purpose) for code in codes)
    ]


def _consent(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "consentimiento": row["code"],
        "para": row["purpose_labels"],
        "partes": _titles(row["compartments"]),
        "a": [one["name"] for one in (*row["to_units"], *row["to_institutions"])],
        "lo_dio": row["given_by_label"],
        "estado": row["state_label"],
        "desde": _plain(row["valid_from"]),
        "hasta": _plain(row["valid_until"]),
    }


def _note(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "nota": row["code"],
        "fecha": _plain(row["written_at"]),
        "unidad": row["unit"]["name"],
        "tema": row["about_label"],
        "tipo": row["kind_label"],
        "ocurrio": _plain(row["happened_on"]),
        "dice": row["text"],
        "aclaraciones": [one["text"] for one in row["addenda"]],
    }


def _titles(names: Iterable[str]) -> list[str]:
    return [COMPARTMENTS[name].title_es for name in names if name in COMPARTMENTS]


def _looks(session: Session, actor: Actor, victim_code: str, *, reserved: bool) -> list[dict[str, Any]]:
    """Who looked; not who investigates, while a case is open (reserve, NCPP art. 324 [unverified])."""
    if not policy().permits(actor.role, Permission.VICTIMS_ACCESS_LOG):
        return []
    hidden = {role.label for role in policy().roles.values() if role.investigates} if reserved else set()
    return [
        {
            "cuando": _plain(entry["at"]),
            "unidad": entry["unit"],
            "funcion": entry["role"],
            "que_hizo": entry["text"],
            "partes": entry["compartments"],
        }
        for entry in access_log(session, actor, victim_code, limit=_LOOKS)
        if entry["role"] not in hidden
    ]
