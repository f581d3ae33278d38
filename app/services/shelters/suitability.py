"""Whether the adult who would take a person in is fit to (DL 1297: no child returns to an unfit family)."""

from __future__ import annotations

from typing import Any

from app.access.act import Act
from app.access.guard import require
from app.access.opening_rows import SealedRow, open_rows
from app.access.permissions import Permission
from app.access.sealing import COORDINATION
from app.catalogues import code_list
from app.errors import Conflict, refuse_if, wrong
from app.records.errors import FieldError
from app.records.kinds import today
from app.records.rows.shelters import Suitability
from app.services.shelters.queries import find, latest_check, stay_strand
from app.services.shelters.views import SuitabilityCheckedView
from app.services.victims.suspects import Adult, refuse_suspects
from app.services.writing import Writing
from app.states import SuitabilityResult

_NEEDED = {
    "result": "Falta el resultado de la evaluación.",
    "relation": "Falta el vínculo con la persona.",
    "suspected": "Falta decir si está señalada como sospechosa.",
    "checked_on": "Falta la fecha de la evaluación.",
}


def check(act: Act, code: str, given: Suitability) -> SuitabilityCheckedView:
    """Record a check of the adult who would take her in; the latest counts. Made by the actor's unit.

    Raises:
        NotFound: no such stay in the actor's sight.
        Forbidden: the role has nothing to do with placements.
        Invalid: something is missing, lies ahead, or somebody under suspicion would be called fit.
        Conflict: she left already, or whom the record marks as suspected would be called fit.
    """
    require(act.actor, Permission.PLACEMENTS_WRITE)
    row = find(act, code)
    if row.left_at is not None:
        raise Conflict("El egreso ya está registrado: la idoneidad se evalúa antes.")
    _complete(given)
    if given.result == SuitabilityResult.FIT:
        adult = _adult(given.relation, given.name, given.document)
        refuse_suspects(act, row.victim_id, {"name": adult})
    write = Writing(act, row, "placements.suitability")
    write.add(given, {"placement_id": row.id})
    write.done({"placement": row.code, "result": given.result})
    return {"code": row.code, "result": given.result or ""}


def fit_adult(act: Act, row: Any, *, received: bool) -> str | None:
    """Result of the latest check of a stay, if any.

    Args:
        received: the adult takes her in now: one found fit is compared with the marks of today.

    Raises:
        Conflict: she is or may be marked as suspected now, or the check does not say who she is.
    """
    latest = latest_check(act.session, row)
    if latest is None:
        return None
    if latest.result != SuitabilityResult.FIT or not received:
        return latest.result
    sealed = SealedRow(latest.id, latest.key_version, latest.sealed)
    (texts,) = open_rows(
        act, COORDINATION, stay_strand(act.session, row), "suitability_check", [sealed],
        action="placements.read",
    )  # fmt: skip
    adult = _adult(latest.relation, texts.get("name"), texts.get("document"))
    refuse_suspects(act, row.victim_id, {"reason": adult})
    return latest.result


def _adult(relation: str | None, name: str | None, document: str | None) -> Adult:
    return Adult(name, document, code_list("receiving_adult").labels.get(relation or "", ""))


def _complete(given: Suitability) -> None:
    errors: list[FieldError] = [
        wrong(name, "missing", message) for name, message in _NEEDED.items() if getattr(given, name) is None
    ]
    if given.result == SuitabilityResult.FIT and given.name is None:
        message = (
            "Falta el nombre de quien la recibe: se compara con quienes están señaladas como sospechosas."
        )
        errors.append(wrong("name", "missing", message))
    if given.checked_on is not None and given.checked_on > today():
        message = "La fecha está en el futuro; revísela."
        errors.append(wrong("checked_on", "date_in_future", message))
    if given.result == SuitabilityResult.FIT and given.suspected not in (None, "NO"):
        message = "No es idónea quien está señalada como sospechosa, o de quien no se descartó."
        errors.append(wrong("suspected", "not-possible", message))
    refuse_if(errors)
