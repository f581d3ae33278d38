"""Objections: what an adult does not want shared beyond her case, in force at once until she lifts it."""

from __future__ import annotations

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.access.standing import standing
from app.errors import Conflict, Forbidden
from app.models import Objection
from app.records.rows.consents import ObjectionRow
from app.services.cases.holding import held_case
from app.services.cases.rows import presumed_child
from app.services.consents.queries import objection
from app.services.consents.views import ObjectionLiftedView
from app.services.consents.writing import check_compartments, institutions
from app.services.writing import Writing, check_version


def file_objection(act: Act, case_code: str, row: ObjectionRow) -> str:
    """Record what the person of a case objects to sharing; returns its code.

    Views opened by referral or mandate are narrowed in the same transaction, and those opened later from
    their start; what a law opens whatever she wants is not hers to narrow. Nothing is ever widened.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role records none.
        Invalid: no compartment, or an unknown one or institution; the field is named.
        Conflict: she counts as a child today, for whom the UPE decides.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    ref = held_case(act, case_code)
    check_compartments(row.compartments)
    if presumed_child(act.session, ref.victim_id, ref.case_id):
        raise Conflict(
            "Una niña, niño o adolescente no objeta por este medio: lo que se comparte de ella lo decide la"
            " UPE, que puede retirar el consentimiento."
        )
    write = Writing(act, ref, "objections.file")
    new = write.add(row, {"to_institutions": institutions(act.session, row.to_institutions)})
    write.done({"objection": new.code, "compartments": row.compartments})
    return new.code


def lift(act: Act, case_code: str, code: str, version: int) -> ObjectionLiftedView:
    """Lift an objection of a case: each view is again as wide as its referral gave, less what others narrow.

    Raises:
        NotFound: no such objection in scope.
        Forbidden: the role lifts none, or the unit sees the person by referral only.
        Conflict: it is lifted already.
        StaleVersion: somebody changed it meanwhile.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    ref = case_in_scope(act, case_code)
    row = objection(act.session, ref, code)
    if row.lifted_at is not None:
        raise Conflict("Esa objeción ya fue levantada.")
    check_version(row, version)
    stand = standing(act, ref.victim_id)
    if stand is None or stand.shared is not None:
        # Who sees her by referral would widen its own view.
        raise Forbidden("La levanta una unidad responsable del caso, no una que la atiende por derivación.")
    write = Writing(act, ref, "objections.lift")
    new = write.change(Objection, row, {"lifted_at": func.now(), "lifted_by": act.actor.user_id})
    write.done({"objection": row.code})
    return {"code": row.code, "lifted": True, "version": new}
