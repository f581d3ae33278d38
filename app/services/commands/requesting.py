"""Ask for a command: merge two records, split one off again, discard or close a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.access.policy import policy
from app.codes import new_code, parse_code
from app.db import UniqueViolation, insert_rows, rows_changed
from app.errors import Conflict, Invalid, NotFound, StaleVersion, refuse_if, unknown_code, wrong
from app.models import CommandRequest
from app.records.errors import FieldError
from app.services.cases import rules as case_rules
from app.services.cases import service as case_service
from app.services.cases.rows import case_state, is_housed, presumed_child
from app.services.commands.command import REASONS, Command
from app.services.commands.executors import FINGERPRINTS
from app.services.commands.merging import check_pair
from app.services.commands.queries import Subject, find, own_waiting, subject
from app.services.commands.trace import note
from app.services.state_machine import refused
from app.states import CaseState, CommandKind, CommandState

_WAITS = "Su unidad ya lo pidió y espera a la segunda persona."


def request_merge(act: Act, keep: str, absorb: str, reason: str) -> Command:
    """Ask that the record of `absorb` become part of the person of `keep`; one of the two is in scope.

    Raises:
        Forbidden: the role asks for no commands.
        NotFound: neither of the two is in scope (the custody of the register asks about any).
        Invalid: a code that is none or nobody's, or a reason off the list; `errors` names the field.
        Conflict: both are one person already, or the unit's request waits.
        Contradicted, BrokenSeal: they cannot be one person, or that cannot be seen.
    """
    require(act.actor, Permission.COMMANDS_REQUEST)
    _check_reason(CommandKind.MERGE, reason)
    kept, absorbed = _two(act, {"keep": keep, "absorb": absorb})
    if kept.person_id == absorbed.person_id:
        raise Conflict("Los dos códigos son ya de una misma persona.")
    pair = (kept.person_id, absorbed.person_id)
    return _request_pair(act, CommandKind.MERGE, pair, reason, check_pair(act, *pair))


def request_split(act: Act, code: str, record: str, reason: str) -> Command:
    """Ask that a record merged into a person become a person of its own again.

    Raises:
        Forbidden, NotFound, Invalid: as in `request_merge`.
        Conflict: the record is not part of the person, or the unit's request waits.
    """
    require(act.actor, Permission.COMMANDS_REQUEST)
    _check_reason(CommandKind.SPLIT, reason)
    person, leaving = _two(act, {"code": code, "record": record})
    if leaving.person_id != person.person_id or leaving.record_id == person.person_id:
        raise Conflict("Ese registro no forma parte de esa persona: no hay qué separar.")
    return _request_pair(act, CommandKind.SPLIT, (person.person_id, leaving.record_id), reason)


def request_discard(act: Act, code: str, version: int, reason: str | None, **extras: object) -> Command:
    """Ask that a case be discarded. `extras` are what other moves of a case carry and this one does not.

    Raises:
        NotFound: out of scope.
        Forbidden: the role moves no cases or asks for no commands.
        Conflict, Invalid: the case cannot be discarded now, or the unit's request waits.
        StaleVersion: somebody moved the case meanwhile.
    """
    require(act.actor, Permission.CASES_TRANSITION)
    require(act.actor, Permission.COMMANDS_REQUEST)
    ref = case_in_scope(act, code)
    if ref.version != version:
        raise StaleVersion(version=ref.version)
    _refuse_extras(extras, "Un descarte lleva solo su motivo.")
    facts = case_rules.CaseFacts(
        adult=False, reason=reason, second_person=True, housed=is_housed(act.session, ref)
    )
    if refusal := case_rules.refuse(case_state(act.session, ref), CaseState.DISCARDED, facts):
        raise refused(refusal)
    subject_now = {"victim_id": ref.victim_id, "other_id": None, "case_id": ref.case_id}
    return _request(act, CommandKind.DISCARD, subject_now, str(reason), lambda: f"{version}:{ref.victim_id}")


def takes_two(act: Act, code: str, target: str, outcome: str | None) -> bool:
    """Whether this move of a case is asked for and done by a second person.

    Raises:
        NotFound: out of scope.
    """
    if target != CaseState.CLOSED:
        return target == CaseState.DISCARDED
    ref = case_in_scope(act, code)
    return case_rules.closes_by_two(
        adult=not presumed_child(act.session, ref.victim_id, ref.case_id), outcome=outcome
    )


def request_closing(act: Act, code: str, version: int, outcome: str | None, **extras: object) -> Command:
    """Ask that a case be closed that one person does not close: a child's, or any as not found.

    Raises:
        NotFound: out of scope.
        Forbidden: the role moves no cases, asks for no commands, or does not write how a case ended.
        Conflict, Invalid: the case cannot be closed now, or the unit's request waits.
        StaleVersion: somebody moved the case meanwhile.
    """
    require(act.actor, Permission.CASES_TRANSITION)
    require(act.actor, Permission.COMMANDS_REQUEST)
    ref = case_in_scope(act, code)
    if ref.version != version:
        raise StaleVersion(version=ref.version)
    _refuse_extras(
        extras, "Un cierre que toma dos personas lleva solo su resultado: escriba lo demás en las notas."
    )
    wanted = case_service.Move(CaseState.CLOSED, outcome=outcome)
    case_service.check_move(act, ref, wanted, second_person=True)
    subject_now = {"victim_id": ref.victim_id, "other_id": None, "case_id": ref.case_id}
    return _request(act, CommandKind.CLOSE, subject_now, str(outcome), lambda: f"{version}:{ref.victim_id}")


def _request_pair(
    act: Act,
    kind: str,
    pair: tuple[int, int],
    reason: str,
    warnings: Sequence[str] = (),
) -> Command:
    subject_now = {"victim_id": pair[0], "other_id": pair[1], "case_id": None}
    return _request(act, kind, subject_now, reason, lambda: FINGERPRINTS[kind](act.session, *pair), warnings)


def _request(
    act: Act,
    kind: str,
    subject_now: dict[str, int | None],
    reason: str,
    fingerprint: Callable[[], str],
    warnings: Sequence[str] = (),
) -> Command:
    waiting = own_waiting(act.session, kind, subject_now)
    if waiting is not None:
        _make_way(act, waiting)
    code = new_code("CO")
    row: dict[str, object] = {
        **subject_now,
        "kind": kind,
        "code": code,
        "reason": reason,
        "fingerprint": fingerprint(),
        "warnings": list(warnings),
        "requested_by": act.actor.user_id,
        "requested_unit_id": act.actor.unit_id,
        "requested_institution_id": act.actor.institution_id,
    }
    try:
        insert_rows(act.session, CommandRequest, [row])
    except UniqueViolation:
        raise Conflict(_WAITS) from None  # of two who ask at the same moment one does
    command = find(act.session, code).command
    note(act, "commands.request", command, reason=reason)
    return command


def _make_way(act: Act, command: Command) -> None:
    """Write down that the unit's own command has lapsed, so that it may be asked anew.

    Raises:
        Conflict: it still waits.
    """
    if command.state_now != CommandState.LAPSED:
        raise Conflict(_WAITS, command=command.code)
    lapses = (
        update(CommandRequest)
        .where(CommandRequest.id == command.id, CommandRequest.version == command.version)
        .where(CommandRequest.state == CommandState.PENDING)
        .values(state=CommandState.LAPSED, decided_at=func.now(), version=command.version + 1)
    )
    if rows_changed(act.session, lapses) == 1:
        note(act, "commands.expire", command)


def _two(act: Act, codes: dict[str, str]) -> tuple[Subject, Subject]:
    """The subjects behind the codes, by field; who asks has one in scope, or the custody of the register."""
    spelled: dict[str, str] = {}
    errors: list[FieldError] = []
    for field, code in codes.items():
        try:
            spelled[field] = parse_code(code, "TP")
        except ValueError as error:
            errors.append(wrong(field, "bad-code", str(error)))
    if errors:
        raise Invalid("Revise los códigos indicados.", errors=errors)
    found = {field: subject(act.session, code) for field, code in spelled.items()}
    in_reach = policy().permits(act.actor.role, Permission.MATCHING_STEWARD) or any(
        one is not None and one.in_scope for one in found.values()
    )
    if not in_reach:
        raise NotFound
    first, second = found.values()
    if first is None or second is None:
        missing = next(field for field, one in found.items() if one is None)
        message = "Ese código no es de ninguna persona: verifíquelo con la unidad que se lo dio."
        raise Invalid(
            "Revise los códigos indicados.",
            errors=[wrong(missing, "unknown", message)],
        )
    return first, second


def _check_reason(kind: str, reason: str) -> None:
    if reason not in REASONS[kind]:
        raise Invalid("Indique el motivo.", errors=[unknown_code("reason", REASONS[kind])])


def _refuse_extras(extras: dict[str, object], message: str) -> None:
    errors: list[FieldError] = [
        wrong(name, "not-asked", message) for name, value in extras.items() if value is not None
    ]
    refuse_if(errors)
