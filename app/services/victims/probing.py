"""Is this document registered already? Whoever asks learns that, and which unit to ask, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.audit import record
from app.db import vault_of
from app.errors import PossibleDuplicate, TooMany
from app.matching import document_tokens

PROBES_PER_HOUR = 60
"""Document look-ups a user may make in an hour, unless the settings say otherwise."""

PROBE = "victims.probe"
"""Action of the trace by which probes are counted."""

_LOCK = 0x5072_6F62  # first half of the advisory lock of a user's probes
_PROBE = "SELECT code, unit_name, in_scope FROM ruv.probe(%(tokens)s)"


@dataclass(frozen=True, slots=True)
class Hit:
    """A person with one of the documents. `code` only when she is in the caller's own scope."""

    code: str | None
    unit: str


def probe(
    session: Session, actor: Actor, documents: Iterable[Mapping[str, str | None]], *, limit_per_hour: int
) -> list[Hit]:
    """Look documents up exactly; recorded, and limited per user and hour.

    Raises:
        Forbidden: the role does not register persons.
        TooMany: the user's probes of this hour are used up.
    """
    require(actor, Permission.VICTIMS_REGISTER)
    _check_limit(session, actor, limit_per_hour)
    tokens = document_tokens(vault_of(session).secret("index"), documents)
    hits = _find(session, tokens)
    _record(session, actor, len(tokens), len(hits))
    return hits


def claim_as_probe(session: Session, actor: Actor, tokens: Sequence[int], *, limit_per_hour: int) -> None:
    """`claim_tokens` for somebody at work, who so learns whether the document is known: it counts as a probe.

    Raises:
        PossibleDuplicate: as `claim_tokens`.
        TooMany: the user's probes of this hour are used up.
    """
    if tokens:
        _check_limit(session, actor, limit_per_hour)
        claim_tokens(session, tokens)
        _record(session, actor, len(tokens), 0)


def claim_tokens(session: Session, tokens: Sequence[int]) -> None:
    """Make sure nobody is registered under these tokens, and that nobody else registers them meanwhile.

    An advisory lock on each token, until the transaction ends, makes two offices that register the same
    document at the same moment one after the other.

    Raises:
        PossibleDuplicate: somebody is; it tells the code only in the caller's own scope.
    """
    if not tokens:
        return
    locks = "SELECT pg_advisory_xact_lock(t) FROM unnest(%(tokens)s::bigint[]) AS t"
    session.connection().exec_driver_sql(locks, {"tokens": sorted(tokens)})
    hits = _find(session, tokens)
    if not hits:
        return
    first = hits[0]
    if first.code is not None:
        raise PossibleDuplicate(
            "Esa persona ya está registrada y su unidad participa en su caso.", code=first.code
        )
    raise PossibleDuplicate(
        "Esa persona ya está registrada. Solicite acceso a la unidad indicada.", unit=first.unit
    )


def _check_limit(session: Session, actor: Actor, limit_per_hour: int) -> None:
    """Refuse who looked up too many documents; a user's look-ups run one after another, so none slips by."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, actor.user_id % 2**31)))
    used = session.connection().exec_driver_sql("SELECT ruv.recent_probes()").scalar_one()
    if used >= limit_per_hour:
        raise TooMany(
            "Buscó demasiados documentos en una hora. Espere o pida ayuda a la custodia del registro."
        )


def _record(session: Session, actor: Actor, documents: int, hits: int) -> None:
    """One event a document: that is what the limit counts."""
    for _ in range(max(documents, 1)):
        record(session, actor, PROBE, purpose="registro", detail={"hits": hits})


def _find(session: Session, tokens: Sequence[int]) -> list[Hit]:
    if not tokens:
        return []
    rows = session.connection().exec_driver_sql(_PROBE, {"tokens": list(tokens)})
    return [Hit(row.code if row.in_scope else None, row.unit_name) for row in rows]
