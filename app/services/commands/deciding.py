"""Be the second person of a command: approve or refuse it. And the first: withdraw it."""

from __future__ import annotations

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import Conflict, Forbidden, Invalid, StaleVersion, unknown_code
from app.models import CommandRequest
from app.services.commands.command import REFUSALS, STATES, Command
from app.services.commands.executors import EXECUTORS
from app.services.commands.queries import Found, find
from app.services.commands.trace import note
from app.services.commands.views import CommandDecidedView, CommandDoneView
from app.services.writing import check_version, next_version
from app.states import CommandState

_CHANGED = (
    "Lo que se pidió cambió desde entonces: quien lo pidió debe retirarlo y, si todavía corresponde, "
    "pedirlo de nuevo."
)
_UNKNOWN = (
    "De una de las dos personas, ni su unidad ni la que lo pidió ven el registro completo: "
    "lo aprueba la unidad que la atiende o la custodia del registro."
)
_ONE_HAND = (
    "En los últimos 90 días su cuenta y la de quien lo pidió fueron creadas, activadas o repuestas una por "
    "la otra, o las dos por una misma persona: lo decide alguien más."
)


def approve(act: Act, code: str, version: int) -> CommandDecidedView:
    """Be the second person: the command is executed, once, in this same transaction.

    Raises:
        NotFound: no such command, or the actor could not decide it.
        Forbidden: the role approves none, the actor or its unit asked for it, it would join a person whom
            neither of the two units knows without narrowing, or both accounts may be one human's.
        Conflict: decided or lapsed already, or what it is about changed since; it keeps waiting then.
        StaleVersion: somebody decided it meanwhile.
    """
    found = _decidable(act, code, version)
    if not found.face.both_known:
        raise Forbidden(_UNKNOWN)
    if found.one_hand:
        raise Forbidden(_ONE_HAND)
    command = found.command
    flag = bool(found.face.same_institution)
    _decide(act, command, CommandState.EXECUTED)
    note(act, "commands.approve", command, same_institution=flag)
    try:
        EXECUTORS[command.kind](act, command)
    except StaleVersion:
        raise Conflict(_CHANGED, code="changed") from None
    return {**_done(command, CommandState.EXECUTED), "same_institution": flag}


def refuse(act: Act, code: str, version: int, reason: str) -> CommandDecidedView:
    """Be the second person who says no, with a reason of the list.

    Raises:
        NotFound, Forbidden, Conflict, StaleVersion: as in `approve`.
        Invalid: the reason is not of the list.
    """
    found = _decidable(act, code, version)
    if reason not in REFUSALS:
        raise Invalid("Indique el motivo del rechazo.", errors=[unknown_code("reason", REFUSALS)])
    _decide(act, found.command, CommandState.REFUSED, refusal_reason=reason)
    flag = bool(found.face.same_institution)
    note(act, "commands.refuse", found.command, reason=reason, same_institution=flag)
    return {**_done(found.command, CommandState.REFUSED), "same_institution": flag}


def withdraw(act: Act, code: str, version: int) -> CommandDoneView:
    """Take back what the actor asked for itself.

    Raises:
        NotFound: no such command, or not for this actor.
        Forbidden: somebody else asked for it.
        Conflict: decided or lapsed already.
        StaleVersion: somebody decided it meanwhile.
    """
    require(act.actor, Permission.COMMANDS_REQUEST)
    found = find(act.session, code)
    if not found.face.own_request:
        raise Forbidden("Solo la retira quien la pidió.")
    _check_waiting(found.command, version)
    _decide(act, found.command, CommandState.WITHDRAWN)
    note(act, "commands.withdraw", found.command)
    return _done(found.command, CommandState.WITHDRAWN)


def _decidable(act: Act, code: str, version: int) -> Found:
    require(act.actor, Permission.COMMANDS_APPROVE)
    found = find(act.session, code)
    if found.face.own_request:
        raise Forbidden("Usted lo pidió: lo decide otra persona, de otra unidad.")
    if found.face.own_unit:
        raise Forbidden("Lo pidió su unidad: lo decide una persona de otra unidad.")
    _check_waiting(found.command, version)
    return found


def _check_waiting(command: Command, version: int) -> None:
    check_version(command, version)
    if command.state_now != CommandState.PENDING:
        label = STATES[command.state_now]
        raise Conflict(f"Ya no se decide. Su estado es «{label}».", state=command.state_now)


def _decide(act: Act, command: Command, state: CommandState, **values: object) -> None:
    decided = {
        "state": state,
        "decided_at": func.now(),
        "decided_by": act.actor.user_id,
        "decided_unit_id": act.actor.unit_id,
        "decided_institution_id": act.actor.institution_id,
        **values,
    }
    waits = CommandRequest.state == CommandState.PENDING
    next_version(act.session, CommandRequest, {"id": command.id}, command.version, decided, waits)


def _done(command: Command, state: CommandState) -> CommandDoneView:
    return {
        "code": command.code,
        "state": state,
        "state_label": STATES[state],
        "version": command.version + 1,
    }
