"""Keep the pairs that may be one person, for somebody to decide later."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from app.access.act import Act
from app.access.actor import matching_for
from app.audit import record_as
from app.codes import new_code
from app.db import acting_as
from app.matching import RULES_VERSION
from app.services.matching.probing import Found

_NOTE = "SELECT ruv.note_candidates(%(pairs)s::jsonb)"


def note(
    act: Act,
    record_id: int,
    found: Sequence[Found],
    *,
    origin: str,
    reason: str | None = None,
) -> None:
    """Note each of `found` as perhaps the person of `record_id`; a pair noted already is not asked again.

    Args:
        origin: `REGISTRO` or `CAMBIO`.
        reason: why the registrant took her for somebody else (a code), kept with those it was asked about.
    """
    rows = [
        {
            **findings(each),
            "victim_id": min(record_id, each.record_id),
            "other_id": max(record_id, each.record_id),
            "origin": origin,
            "reason": reason if each.likely else None,
        }
        for each in found
    ]
    write(act, rows, origin=origin)


def write(act: Act, rows: Iterable[dict[str, object]], *, origin: str) -> None:
    """Write rows of `match_candidate` for the actor's unit; the event names nobody, or her log would tell."""
    noted = list(rows)
    if not noted:
        return
    proxy = matching_for(act.actor)
    with acting_as(act.session, proxy):
        record_as(act.session, proxy, "matching.note", detail={"pairs": len(noted), "origin": origin})
        act.session.connection().exec_driver_sql(_NOTE, {"pairs": json.dumps(noted)})


def findings(found: Found) -> dict[str, object]:
    """The columns of `match_candidate` that say what was found, under a code of its own."""
    return {
        "code": new_code("DU"),
        "band": int(found.band),
        "score": found.comparison.score,
        "fields": {name: str(verdict) for name, verdict in found.comparison.fields.items()},
        "rules_version": RULES_VERSION,
    }
