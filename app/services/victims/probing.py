"""Is this person registered already? Whoever asks learns that, and which unit to ask, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.access.act import Act
from app.access.guard import require, victim_in_scope
from app.access.opening import open_compartments
from app.access.permissions import Permission
from app.access.policy import Level
from app.audit import record
from app.catalogues import code_list
from app.errors import Invalid, PossibleDuplicate, unknown_code
from app.matching import Person, person_of
from app.records import RecordInvalid, dump, parse, partial_view
from app.records.errors import FieldError
from app.services.index_keys.keys import index_keys
from app.services.limits import check_hourly
from app.services.matching.marking import Mark, lock_tokens, marks_of
from app.services.matching.probing import Found, probe
from app.services.victims.views import MatchView

PROBES_PER_HOUR = 60
"""Look-ups a user may make in an hour, unless the settings say otherwise."""

PROBE = "victims.probe"
"""Action of the trace by which probes are counted."""

PURPOSE = "registro"

NOT_DUPLICATE = "not_duplicate_reason"
"""Code list of why to go on although somebody alike is registered."""


class Alike(PossibleDuplicate):
    """The person seems to be registered; `duplicates`: those she may be, as `shown` tells of them."""

    def __init__(self, detail: str, duplicates: list[MatchView], continue_with: object) -> None:
        super().__init__(detail, duplicates=duplicates, continue_with=continue_with)
        self.duplicates = duplicates


_ELSEWHERE = (
    "Parece que esa persona ya está registrada. Solicite acceso a la unidad indicada; si es un centro de"
    " acogida reservado, a la custodia del registro."
)
_TOO_MANY = "Buscó demasiadas personas en una hora. Espere o pida ayuda a la custodia del registro."
_WAY_OUT = "Si es otra persona o no se puede saber ahora, elija un motivo y envíe de nuevo (not_duplicate)."
_HERE = "Parece que esa persona ya está registrada y su unidad participa en su caso."


def search(act: Act, identity: Mapping[str, Any], *, limit_per_hour: int) -> list[MatchView]:
    """Look somebody up by what is known of her identity; recorded, and limited per user and hour.

    Returns what `shown` does, of those alike enough.

    Raises:
        Forbidden: the role does not register persons.
        Invalid: fields that are wrong, or too few to look anybody up by.
        TooMany: the user's probes of this hour are used up.
    """
    require(act.actor, Permission.VICTIMS_REGISTER)
    try:
        person = person_of(dump(parse("identity", dict(identity))))
    except RecordInvalid as invalid:
        errors: list[FieldError] = [
            {"field": e["field"], "code": e["code"], "message": e["message"]} for e in invalid.errors
        ]
        raise Invalid("Revise los campos indicados.", errors=errors) from None
    marks = marks_of(index_keys(act.session), person)
    if not marks:
        raise Invalid(
            "Con esos datos no se puede buscar: indique un documento, o los prenombres y un apellido junto"
            " con la fecha de nacimiento o el segundo apellido."
        )
    found = counted_probe(act, person, marks, limit_per_hour=limit_per_hour)
    return shown(act, found)


def counted_probe(
    act: Act,
    person: Person,
    marks: Sequence[Mark],
    *,
    limit_per_hour: int,
    exclude: int | None = None,
) -> list[Found]:
    """`probe` for somebody at work, who so learns who is known: recorded and counted, whoever is found.

    Raises:
        TooMany: the user's probes of this hour are used up.
    """
    if not marks:
        return []
    check_hourly(act, PROBE, limit_per_hour, _TOO_MANY)
    found = probe(act.for_purpose(PURPOSE), person, exclude=exclude, marks=marks)
    # One event a document: that is what the limit counts.
    documents = {mark.token for mark in marks if mark.kind == 1 and mark.key_version == marks[0].key_version}
    for _ in range(max(len(documents), 1)):
        record(act, PROBE, purpose=PURPOSE, detail={"hits": sum(f.likely for f in found)})
    return found


def claim(
    act: Act,
    person: Person,
    marks: Sequence[Mark],
    *,
    limit_per_hour: int,
    exclude: int | None = None,
) -> list[Found]:
    """`counted_probe`, and nobody else registers or changes anybody with one of the tokens meanwhile.

    Two offices that register the same person at the same moment come one after the other: the second finds
    what the first stored.

    Raises:
        TooMany: the user's probes of this hour are used up.
    """
    if marks:
        lock_tokens(act.session, marks)
    return counted_probe(act, person, marks, limit_per_hour=limit_per_hour, exclude=exclude)


def shown(act: Act, found: Iterable[Found]) -> list[MatchView]:
    """What the actor may learn of those alike enough, one entry a person.

    In its own scope: code, band, and the masked identity, read as any record is. Of anybody else, the unit to
    ask and nothing more, in an order that says nothing either.
    """
    likely = [each for each in found if each.likely]
    own = [_own(act, each) for each in likely if each.code is not None]
    others: list[MatchView] = [{"unit": each.unit} for each in likely if each.code is None]
    return own + sorted(others, key=lambda one: one["unit"])


def _own(act: Act, found: Found) -> MatchView:
    code = found.code or ""
    ref = victim_in_scope(act, code)
    opened = open_compartments(act.for_purpose(PURPOSE), ref.victim_id, ref.standing, names=["identity"])
    identity = opened.data.get("identity", {})
    if opened.levels.get("identity") is not Level.PARTIAL:  # which is masked already
        identity = partial_view("identity", identity)
    return {"code": code, "unit": found.unit, "band": found.band.name, "record": identity}


def check_reason(reason: str | None, field: str) -> None:
    """That a reason to go on, if one is given, is of the list.

    Raises:
        Invalid: it is not; `field` says where it was given.
    """
    reasons = code_list(NOT_DUPLICATE)
    if reason is not None and reason not in reasons:
        raise Invalid("Revise los campos indicados.", errors=[unknown_code(field, reasons.codes)])


def ask_first(act: Act, found: Sequence[Found], reason: str | None) -> None:
    """Write nothing while somebody is found and no reason was given to go on all the same.

    Raises:
        Alike: it tells of them what `shown` does, and the reasons there are.
    """
    if not found or reason is not None:
        return
    entries = shown(act, found)
    detail = _HERE if any("code" in entry for entry in entries) else _ELSEWHERE
    reasons = code_list(NOT_DUPLICATE)
    choices = [{"code": code, "label": reasons.label(code)} for code in reasons.codes]
    raise Alike(f"{detail} {_WAY_OUT}", entries, continue_with={"not_duplicate": choices})
