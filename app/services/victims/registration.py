"""Register persons: one, or a batch in the same few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import CaseRef, check_writable, require
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.access.standing import Standing
from app.audit import event_row, record_rows
from app.codes import new_code
from app.db import insert_rows, next_ids, vault_of
from app.errors import Forbidden, Invalid, refuse_if, wrong
from app.matching import person_of
from app.models import (
    Assignment,
    Base,
    CaseTransition,
    CompartmentHead,
    Exploitation,
    Participation,
    Profile,
    TraffickingCase,
    Victim,
    VictimBlob,
    VictimCode,
    VictimDek,
    VictimToken,
)
from app.records import (
    SCHEMA_VERSION,
    Partial,
    RecordInvalid,
    Values,
    authored,
    dump,
    fields,
    parse,
    split_face,
)
from app.records.errors import FieldError
from app.records.kinds import MIN_YEAR, today
from app.services.cases import deadlines
from app.services.index_keys.keys import index_keys
from app.services.matching.candidates import note
from app.services.matching.marking import Mark, mark_row, marks_of
from app.services.victims.population import out_of_population
from app.services.victims.probing import PROBES_PER_HOUR, ask_first, check_reason, claim
from app.states import Basis, CaseState, Identification, MatchOrigin
from app.vault import Keyring, Place, seal_json

# Order of writing: each row's policy needs what stands before it, and a participation takes its seats from
# the profile and the assignment.
_ORDER = (
    Victim,
    VictimCode,
    TraffickingCase,
    Profile,
    Assignment,
    Participation,
    CaseTransition,
    Exploitation,
    VictimDek,
    VictimBlob,
    CompartmentHead,
    VictimToken,
)
FIRST_STATES = (CaseState.ALERT, CaseState.PRESUMED)
_REGISTRANT = Standing(shared=None, resident=False)
FIRST_DAY = date(MIN_YEAR, 1, 1)


@dataclass(frozen=True, slots=True)
class Registration:
    """A person to register: her compartments (JSON-able, unknown fields absent) and the episode."""

    compartments: dict[str, Values]
    first_identified_on: date
    source: str = "REGISTRO"
    state: str = CaseState.PRESUMED
    purpose: str = "registro"


@dataclass(frozen=True, slots=True)
class Registered:
    """Public codes of what was created, and the internal keys for callers inside the service."""

    victim_id: int
    code: str
    case_code: str
    case_id: int


Rows = dict[type[Base], list[Mapping[str, object]]]


def writable(actor: Actor, compartment: str) -> list[str]:
    """Names of the fields the actor may write of a person it registers, in the order of the catalogue."""
    level = _REGISTRANT.level(actor, compartment)
    if not _REGISTRANT.writes(actor, compartment):
        return []
    known = fields(compartment).items()
    return [name for name, spec in known if level is not Level.PARTIAL or spec.partial is Partial.SHOW]


def checked(actor: Actor, registration: Registration) -> dict[str, Values]:
    """Validate every compartment and that the actor may write each field; returns the stored form.

    Raises:
        Invalid: wrong fields, named `compartment.field`, never with a value.
        Forbidden: fields the actor may not write, or a person its unit may not register.
    """
    errors: list[FieldError] = []
    clean: dict[str, Values] = {}
    if registration.state not in FIRST_STATES:
        errors.append(wrong("state", "not-first", f"Un caso empieza en {' o '.join(FIRST_STATES)}."))
    if not FIRST_DAY <= registration.first_identified_on <= today():
        errors.append(wrong("first_identified_on", "out-of-range", "La fecha va de 1900 a hoy; revísela."))
    for name, payload in registration.compartments.items():
        if name not in policy().compartments:
            errors.append(wrong("?", "unknown", "No existe ese compartimento."))
            continue
        check_writable(actor, _REGISTRANT, name, set(payload))
        try:
            clean[name] = dump(parse(name, authored(name, payload, {}, actor.user_id)))
        except RecordInvalid as invalid:
            errors += [{**e, "field": f"{name}.{e['field']}"} for e in invalid.errors]
    refuse_if(errors)
    if not any(clean.values()):
        raise Invalid("Registre al menos un dato de la persona, por ejemplo el sexo o una edad estimada.")
    if refusal := out_of_population(actor, clean.get("identity", {}), clean.get("legal", {})):
        raise Forbidden(refusal)
    return clean


def register(
    act: Act,
    registration: Registration,
    *,
    not_duplicate: str | None = None,
    probe_limit: int = PROBES_PER_HOUR,
) -> Registered:
    """Register one person with her first case, in which the actor's unit takes part and the actor has charge.

    Whoever may be the same person, and is not likely enough to ask, is noted for the custody of the register.

    Args:
        not_duplicate: why to go on in spite of those `PossibleDuplicate` told of (`not_duplicate_reason`);
            they are noted with it.

    Raises:
        Forbidden: no permission, or fields the actor may not write.
        Invalid: wrong fields.
        PossibleDuplicate: she seems to be registered, and no reason was given why not; nothing is written.
        TooMany: the user looked up more persons in an hour than `probe_limit`.
    """
    require(act.actor, Permission.VICTIMS_REGISTER)
    clean = checked(act.actor, registration)
    check_reason(not_duplicate, "not_duplicate.reason")
    person = person_of(clean.get("identity", {}))
    marks = marks_of(index_keys(act.session), person)
    found = claim(act, person, marks, limit_per_hour=probe_limit)
    ask_first(act, [each for each in found if each.likely], not_duplicate)
    registered = store_marked(act, [(registration, clean, marks)])[0]
    note(act, registered.victim_id, found, origin=MatchOrigin.REGISTRATION, reason=not_duplicate)
    key = registered.victim_id
    opened = CaseRef(registered.case_id, key, key, registered.case_code, 1)
    deadlines.opened(act, opened, registration.state, registration.first_identified_on)
    return registered


def store(act: Act, batch: Sequence[tuple[Registration, dict[str, Values]]]) -> list[Registered]:
    """Store checked registrations (`checked`), with one event of the trace each. Order is kept.

    Nobody is looked up; the look-up tokens by which they will be found are written.
    """
    keys = index_keys(act.session)
    marked = [(reg, clean, marks_of(keys, person_of(clean.get("identity", {})))) for reg, clean in batch]
    return store_marked(act, marked)


def store_marked(
    act: Act,
    batch: Sequence[tuple[Registration, dict[str, Values], Sequence[Mark]]],
) -> list[Registered]:
    """`store`, with the look-up tokens of each, for callers who looked her up by them."""
    sealed_parts = [_sealed_parts(clean) for _, clean, _ in batch]
    ids = {
        table: iter(drawn)
        for table, drawn in next_ids(
            act.session,
            victim=len(batch),
            trafficking_case=len(batch),
            victim_blob=sum(map(len, sealed_parts)),
        ).items()
    }
    codes = _free_codes(act.session, len(batch))
    rows: Rows = {model: [] for model in _ORDER}
    events, done = [], []
    for (registration, clean, marks), parts, code in zip(batch, sealed_parts, codes, strict=True):
        victim_id, case_id, case_code = next(ids["victim"]), next(ids["trafficking_case"]), new_code("CA")
        _person(rows, act.actor, victim_id, code, marks)
        _episode(rows, act.actor, victim_id, case_id, case_code, registration)
        _faces(rows, victim_id, case_id, clean)
        blobs = _blobs(rows, vault_of(act.session), act.actor, victim_id, parts, ids["victim_blob"])
        done.append(Registered(victim_id, code, case_code, case_id))
        events.append(_event(act, registration, victim_id, case_id, clean, blobs))
    for model, found in rows.items():
        insert_rows(act.session, model, found)
    record_rows(act.session, events)
    return done


def _sealed_parts(clean: dict[str, Values]) -> dict[str, Values]:
    parts = {name: split_face(name, data)[0] for name, data in clean.items()}
    return {name: sealed for name, sealed in parts.items() if sealed}


def _free_codes(session: Session, count: int) -> list[str]:
    """Codes nobody has: seven random symbols collide now and then in a large register."""
    codes: list[str] = []
    while len(codes) < count:
        drawn = {new_code("TP") for _ in range(count - len(codes))} - set(codes)
        taken = session.connection().exec_driver_sql(
            "SELECT ruv.taken_codes(%(codes)s)", {"codes": list(drawn)}
        )
        codes += drawn - {row[0] for row in taken}
    return codes


def _person(rows: Rows, actor: Actor, victim_id: int, code: str, marks: Iterable[Mark]) -> None:
    rows[Victim].append(
        {"id": victim_id, "registered_unit_id": actor.unit_id, "registered_by": actor.user_id}
    )
    rows[VictimCode].append({"code": code, "victim_id": victim_id, "record_id": victim_id})
    rows[VictimToken] += [mark_row(victim_id, mark) for mark in marks]


def _episode(
    rows: Rows, actor: Actor, victim_id: int, case_id: int, case_code: str, registration: Registration
) -> None:
    case = {"victim_id": victim_id, "case_id": case_id}
    rows[TraffickingCase].append(
        {
            "id": case_id,
            "victim_id": victim_id,
            "record_id": victim_id,
            "code": case_code,
            "state": registration.state,
            "identification": Identification.PRESUMED,
            "first_identified_on": registration.first_identified_on,
            "reference_year": registration.first_identified_on.year,
            "source": registration.source,
            "opened_unit_id": actor.unit_id,
            "opened_by": actor.user_id,
        }
    )
    rows[Participation].append({**case, "unit_id": actor.unit_id, "basis": Basis.REGISTERED, "population": 1})
    rows[Assignment].append(
        {**case, "unit_id": actor.unit_id, "user_id": actor.user_id, "assigned_by": actor.user_id}
    )
    rows[CaseTransition].append(
        {**case, "to_state": registration.state, "by_user_id": actor.user_id, "by_unit_id": actor.unit_id}
    )


def _faces(rows: Rows, victim_id: int, case_id: int, clean: dict[str, Values]) -> None:
    for name, data in clean.items():
        for table, columns in split_face(name, data)[1].items():
            if table == "profile":
                rows[Profile].append({"victim_id": victim_id, **columns})
            else:
                rows[Exploitation].append({"case_id": case_id, "victim_id": victim_id, **columns})


def _blobs(
    rows: Rows,
    vault: Keyring,
    actor: Actor,
    victim_id: int,
    parts: dict[str, Values],
    blob_ids: Iterator[int],
) -> list[tuple[str, int, int, bytes]]:
    written = []
    for name, data in parts.items():
        dek, kek_id, wrapped = vault.new_dek(name, victim_id)
        blob_id = next(blob_ids)
        sealed = seal_json(dek, Place("victim_blob", name, victim_id, blob_id, 1, SCHEMA_VERSION), data)
        key = {"victim_id": victim_id, "record_id": victim_id, "compartment": name, "version": 1}
        rows[VictimDek].append({**key, "kek_id": kek_id, "wrapped": wrapped})
        rows[VictimBlob].append(
            {
                "id": blob_id,
                **key,
                "schema_version": SCHEMA_VERSION,
                "key_version": dek.version,
                "sealed": sealed,
                "created_by": actor.user_id,
                "unit_id": actor.unit_id,
            }
        )
        rows[CompartmentHead].append({**key, "unit_id": actor.unit_id})
        written.append(("victim_blob", blob_id, 1, sealed))
    return written


def _event(
    act: Act,
    registration: Registration,
    victim_id: int,
    case_id: int,
    clean: dict[str, Values],
    blobs: list[tuple[str, int, int, bytes]],
) -> dict[str, object]:
    return event_row(
        vault_of(act.session).secret("audit"),
        act.actor,
        "victims.register",
        victim_id=victim_id,
        case_id=case_id,
        compartments=list(clean),
        fields=[f"{name}.{column}" for name, data in clean.items() for column in data],
        purpose=registration.purpose,
        blobs=blobs,
    )
