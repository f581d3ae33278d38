"""A person's family in the register: children and others who are registered persons of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import VictimRef, check_row_writable, require, victim_in_scope
from app.access.permissions import Permission
from app.access.policy import OPENING, Level
from app.audit import record
from app.catalogues import code_list
from app.db import insert_rows
from app.errors import Conflict, Forbidden, Invalid, NotFound, refusal, unknown_code
from app.models import FamilyLink
from app.records.rows import partial_row
from app.records.rows.proceedings import FamilyLink as LinkRow
from app.services.victims.relatives import codes_in_scope, links_between, links_of
from app.services.victims.views import RelativeView

COMPARTMENT = "contact"
TABLE = "family_link"
NO_ACCESS = "registrada; sin acceso"
"""What is said of a relative out of the actor's scope."""
_RELATIONS = code_list("family_relation").labels
_SEEN_BACK = {
    "HIJA_HIJO": ("MADRE_O_PADRE", "Madre o padre"),
    "MADRE": ("HIJA_HIJO", _RELATIONS["HIJA_HIJO"]),
    "PADRE": ("HIJA_HIJO", _RELATIONS["HIJA_HIJO"]),
}
"""What the person is to the other, by what the other is to her; else the same."""


def family(act: Act, code: str) -> list[RelativeView]:
    """Registered relatives of a person: what each is to her, and the code of those in the actor's scope.

    `depends`: FAMILIAR where the relative depends on her, PERSONA where she depends on the relative.

    Raises:
        NotFound: out of scope, or her contacts do not exist for this actor.
        Forbidden: the actor may only know that they are filled.
    """
    require(act.actor, Permission.VICTIMS_READ)
    ref = victim_in_scope(act, code)
    level = _level(act.actor, ref)
    rows = links_of(act.session, ref.victim_id)
    others = {_other(row, ref.victim_id) for row in rows}
    codes = codes_in_scope(act, others)
    found, seen = [], set()
    for row in rows:
        other = _other(row, ref.victim_id)
        if other not in seen:  # two records of hers may each have had the link
            seen.add(other)
            found.append(_shown(row, ref.victim_id, codes.get(other), level))
    _record(act, "family.read", ref, detail={"relatives": len(found)})
    return found


def link(act: Act, code: str, other_code: str, written: LinkRow) -> None:
    """Note that two registered persons are of one family; `relation` is what the other is to the first.

    Raises:
        NotFound: one of them is out of scope.
        Forbidden: the actor does not write her contacts.
        Invalid: no relation, or she herself.
        Conflict: they are linked already.
    """
    ref, other = _both(act, code, other_code, written.model_fields_set)
    if written.relation is None:
        error = {**unknown_code("relation", _RELATIONS), "code": "missing"}
        raise Invalid("Falta indicar qué es de la persona.", errors=[error])  # type: ignore[list-item]
    if links_between(act.session, ref.victim_id, other.victim_id):
        raise Conflict("Ya están vinculadas: termine primero el vínculo anterior.")
    row = {
        "victim_id": ref.victim_id,
        "record_id": ref.record_id,
        "other_victim_id": other.victim_id,
        "other_record_id": other.record_id,
        "relation": written.relation,
        "dependent": written.dependent,
        "lives_with": written.lives_with,
        "created_by": act.actor.user_id,
    }
    insert_rows(act.session, FamilyLink, [row])
    for one in (ref, other):
        _record(act, "family.link", one, detail={"relation": written.relation})


def end(act: Act, code: str, other_code: str) -> None:
    """End the link of two persons, one made by mistake or that is no more; the row stays.

    Raises:
        NotFound: one of them is out of scope, or they are not linked.
        Forbidden: the actor does not write her contacts.
    """
    ref, other = _both(act, code, other_code, {"relation"})
    rows = links_between(act.session, ref.victim_id, other.victim_id)
    if not rows:
        raise NotFound
    act.session.execute(
        update(FamilyLink)
        .where(
            FamilyLink.id.in_([row.id for row in rows]),
            FamilyLink.victim_id.in_([ref.victim_id, other.victim_id]),
        )
        .values(ended_at=func.now())
    )
    for one in (ref, other):
        _record(act, "family.end", one)


def _both(act: Act, code: str, other_code: str, names: set[str]) -> tuple[VictimRef, VictimRef]:
    """Both persons, whose contacts the actor writes, held to the end of the transaction."""
    require(act.actor, Permission.VICTIMS_WRITE)
    ref, other = victim_in_scope(act, code), victim_in_scope(act, other_code)
    for one in (ref, other):
        check_row_writable(act.actor, one.standing, TABLE, names)
    if ref.victim_id == other.victim_id:
        message = "Es el código de la misma persona: indique el de su familiar."
        raise refusal("relative", "same-person", message)
    for victim_id in sorted((ref.victim_id, other.victim_id)):
        act.session.execute(select(func.pg_advisory_xact_lock(victim_id)))
    return ref, other


def _level(actor: Actor, ref: VictimRef) -> Level:
    level = ref.standing.level(actor, COMPARTMENT)
    if level in {Level.NONE, Level.AGGREGATE}:
        raise NotFound
    if level not in OPENING:
        raise Forbidden("Solo puede saber que esta parte del registro existe.")
    return level


def _other(row: Any, victim_id: int) -> int:
    return int(row.other_victim_id if row.victim_id == victim_id else row.victim_id)


def _shown(row: Any, victim_id: int, code: str | None, level: Level) -> RelativeView:
    own = row.victim_id == victim_id
    relation, label = (row.relation, _RELATIONS[row.relation])
    if not own:
        relation, label = _SEEN_BACK.get(row.relation, (relation, label))
    written = {name: getattr(row, name) for name in ("dependent", "lives_with")}
    known = {name: value for name, value in written.items() if value is not None}
    if level is Level.PARTIAL:
        known = partial_row(TABLE, known)
    return {
        "relative": code or NO_ACCESS,
        "in_scope": code is not None,
        "relation": relation,
        "relation_label": label,
        "depends": None if known.get("dependent") != "SI" else "FAMILIAR" if own else "PERSONA",
        "lives_with": known.get("lives_with"),
        "since": row.created_at,
    }


def _record(act: Act, action: str, ref: VictimRef, **more: Mapping[str, object]) -> None:
    record(act, action, victim_id=ref.victim_id, purpose=act.purpose, compartments=[COMPARTMENT], **more)
